package import SwarmCore

/// What workers and their references reach of their node. `SwarmNode` gives it; tests give their own.
package protocol NodeServices: AnyObject, Sendable {
    /// The visible claim of a name: a synchronous read of the local table.
    func claim(of name: String) -> Claim?

    /// A request through the tracker, answered within `timeout`. Cancelling the task gives it up.
    func perform(_ body: RequestBody, timeout: Duration) async throws -> ReplyBody

    /// A request of a local worker about itself (join, leave, metadata).
    func perform(_ body: RequestBody, asWorker workerID: UInt64, timeout: Duration) async throws -> ReplyBody

    /// One AMQP publish with the group as routing key.
    func publish(_ payload: [UInt8], to group: String) throws

    /// The runtime that runs this node's workers: the direct path for calls to workers that are here.
    var runtime: WorkerRuntime { get }

    /// The default for every wait.
    var defaultTimeout: Duration { get }
}
