package import SwarmCheckers
package import SwarmCore

/// What the workers of a simulated cluster do besides counting: the workers of an application.
///
/// Everything is called from the simulator's thread; virtual time stands still meanwhile. `WorkerSimulation` is the one
/// that there is: it needs more than the simulator does, and so the simulator only knows this.
package protocol SimulatedApplication: AnyObject {
    /// Whether a worker that failed is started again; else its name is free.
    var restartsAfterFailure: Bool { get }

    /// The next message of a client: a question once all is at rest.
    func message(isQuestion: Bool) -> [UInt8]

    /// A worker starts. False: it refuses.
    ///
    /// - Parameters:
    ///   - state: What ``beginHandoff(_:)`` of another one gave; nil for none.
    ///   - isMove: It follows another one that has been asked to move, with or without a state.
    func start(_ worker: WorkerSerial, _ order: WorkerOrder, state: [UInt8]?, isMove: Bool) -> Bool

    /// A worker works off a message. nil: it fails.
    func receive(_ worker: WorkerSerial, _ message: [UInt8]) -> [UInt8]?

    /// A worker is to move.
    func beginHandoff(_ worker: WorkerSerial) -> HandoffChoice

    /// A worker gets the state of another one that lost against it. False: it throws.
    func resolveConflict(_ worker: WorkerSerial, _ state: [UInt8]) -> Bool

    /// What the registry has of a worker changed.
    func update(_ worker: WorkerSerial, token: Token, groups: [String], metadata: [String: String])

    /// A worker stops; nil: it has failed.
    func stop(_ worker: WorkerSerial, _ cause: StopCause?)

    /// A worker's process is gone, and it hears nothing of it.
    func vanished(_ worker: WorkerSerial)
}
