import SwarmCore

/// A worker, by its name: valid wherever the worker is, now and after every move.
///
/// A worker on this very node is given the message as it is: nothing is encoded, and where it is idle the message is
/// handled at once, on the caller's thread. Otherwise the message goes through the node, encoded, and is forwarded if
/// the worker has moved.
///
/// Two references are equal if they name the same worker.
public struct WorkerRef<Target: Worker>: Sendable, CustomStringConvertible {
    /// The worker's name.
    public let name: String
    private let services: (any NodeServices)?

    package init(name: String, services: (any NodeServices)?) {
        self.name = name
        self.services = services
    }

    /// The name.
    public var description: String { name }

    /// Sends a message and waits for the reply.
    ///
    /// The worker handles each message to its end, in a task of its own: if the caller's task is cancelled or its time
    /// is over, the caller goes on, and the worker does not notice. A message that the worker has not taken by then is
    /// never handled (on this node) or may be (on another).
    ///
    /// A worker that calls itself waits for itself, until the timeout.
    ///
    /// - Parameter timeout: How long to wait; `nil` for the node's default, 5 s. It cannot cut short what a worker on
    ///   this node computes without suspending.
    ///
    /// Throws a ``SwarmError``: `workerFailed`, `timeout`, `notFound`, `mailboxFull`, `stopped`, `noQuorum`, `tooLarge`,
    /// `decodingFailed`, `disconnected`, `notReady` or `notRunning`; ``SwarmError/mayHaveExecuted`` tells whether the worker may
    /// have seen the message. Throws `CancellationError` if the task is cancelled.
    nonisolated(nonsending) public func call(
        _ message: Target.Message, timeout: Duration? = nil
    ) async throws -> Target.Reply {
        let services = try node()
        try Task.checkCancellation()
        var timeout = timeout ?? services.defaultTimeout
        if let cell = localCell(services),
            let reply = try await cell.call(message, as: Target.self, timeout: &timeout)
        {
            return reply
        }
        let reply = try await deliver(message, oneWay: false, through: services, timeout)
        guard case .payload(let payload) = reply else {
            throw SwarmError(
                .decodingFailed, "The answer is of another kind than a reply; check the versions of the nodes.",
                mayHaveExecuted: true)
        }
        do {
            return try services.runtime.coder.decode(Target.Reply.self, from: payload, "reply")
        } catch {
            throw SwarmError(error.code, error.message, mayHaveExecuted: true)
        }
    }

    /// Sends a message; returns as soon as it is in the worker's mailbox.
    ///
    /// Messages of one task to one worker are handled in the order in which they were sent, between moves.
    ///
    /// - Parameter timeout: How long to wait until it is there; `nil` for the node's default.
    ///
    /// Throws as ``call(_:timeout:)`` does, except what the handling itself brings about: of that the sender hears nothing.
    nonisolated(nonsending) public func send(_ message: Target.Message, timeout: Duration? = nil) async throws {
        let services = try node()
        try Task.checkCancellation()
        if let cell = localCell(services), try cell.send(message, as: Target.self) { return }
        _ = try await deliver(message, oneWay: true, through: services, timeout ?? services.defaultTimeout)
    }

    private func node() throws -> any NodeServices {
        guard let services else { throw SwarmError.nodeGone }
        return services
    }

    /// The worker, if the visible one is here and of this type.
    private func localCell(_ services: any NodeServices) -> WorkerCell? {
        guard let claim = services.claim(of: name) else { return nil }
        return services.runtime.cell(of: claim, as: Target.self)
    }

    private func deliver(
        _ message: Target.Message, oneWay: Bool, through services: any NodeServices, _ timeout: Duration
    ) async throws -> ReplyBody {
        let payload: [UInt8]
        do { payload = try services.runtime.coder.encode(message, "message") } catch { throw SwarmError(error) }
        return try await services.perform(.deliver(name: name, payload: payload, oneWay: oneWay), timeout: timeout)
    }
}

extension WorkerRef: Hashable {
    /// By name.
    public static func == (left: WorkerRef, right: WorkerRef) -> Bool { left.name == right.name }

    /// By name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
