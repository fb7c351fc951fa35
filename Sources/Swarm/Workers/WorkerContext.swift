public import Logging
public import SwarmCore

/// What a worker knows of itself and may do with the cluster; given to its `init`, good for all its life.
///
/// It holds nothing alive, and may be kept and passed on. When the worker has stopped, all that goes through the node
/// throws `stopped` or `notRunning`.
public struct WorkerContext: Sendable {
    let identity: WorkerIdentity

    /// A context without a node: for tests of a worker alone, and for workers that are made by the application itself
    /// and then registered running. What needs a node throws `notRunning`.
    public static func standalone(name: String) -> WorkerContext {
        let nobody = Token(clock: 0, node: NodeID(name: "none", incarnation: 0))
        return WorkerContext(
            identity: WorkerIdentity(
                name: name, workerID: 0, standing: .init(token: nobody, groups: [], metadata: [:]), runtime: nil))
    }

    /// The name it is registered by.
    public var name: String { identity.name }

    /// The fencing token of this ownership of the name, as it is now. Give it to storage outside of the cluster with
    /// each write.
    public var token: Token { identity.standing.token }

    /// The groups it is in, as the registry has it now; sorted.
    public var groups: [String] { identity.standing.groups }

    /// Its metadata, as the registry has it now.
    public var metadata: [String: String] { identity.standing.metadata }

    /// The name of the node it runs on.
    public var node: String { identity.node?.node.name ?? "none" }

    /// The node's logger, with the worker's name in the metadata as `swarm.name`.
    public var logger: Logger {
        var logger = identity.node?.logger ?? Logger(label: "swarm") { _ in SwiftLogNoOpLogHandler() }
        logger[metadataKey: LoggingKeys.name] = .string(name)
        return logger
    }

    /// A reference to a worker of any node.
    public func worker<Other: Worker>(_ name: String, as type: Other.Type = Other.self) -> WorkerRef<Other> {
        WorkerRef(name: name, services: identity.node?.services)
    }

    /// Publishes to all workers of a group: one AMQP publish with the group as routing key. Whoever is cut off or
    /// overloaded at the moment misses it.
    ///
    /// Throws `invalidArgument`, `tooLarge`, `decodingFailed`, `disconnected`, `overloaded` or `notRunning`.
    public func publish<Message: Encodable & Sendable>(_ message: Message, to group: String) throws {
        let (runtime, services) = try reach()
        let payload: [UInt8]
        do {
            try Naming.checkGroup(group)
            payload = try runtime.coder.encode(message, "message")
        } catch {
            throw SwarmError(error)
        }
        try services.publish(payload, to: group)
    }
}

// MARK: Its own registration

extension WorkerContext {
    /// Joins a group. When this returns, messages to the group reach the worker.
    ///
    /// - Parameter timeout: `nil` for the node's default.
    ///
    /// Throws `invalidArgument`, `timeout`, `stopped` or `notRunning`, and `CancellationError`.
    public func join(_ group: String, timeout: Duration? = nil) async throws {
        try await perform(.join(name: name, group: group), timeout)
    }

    /// Leaves a group. Throws as ``join(_:timeout:)`` does.
    public func leave(_ group: String, timeout: Duration? = nil) async throws {
        try await perform(.leave(name: name, group: group), timeout)
    }

    /// Sets the given keys of its metadata and removes those given as nil. Throws as ``join(_:timeout:)`` does.
    public func update(metadata: [String: String?], timeout: Duration? = nil) async throws {
        try await perform(.update(name: name, metadata: metadata), timeout)
    }

    /// Stops the worker when it has handled the message in hand; what waits in its mailbox is answered `stopped`. With
    /// ``RestartPolicy/permanent`` it is started again, else its name is free.
    public func stop() { identity.cell?.end(failure: nil) }

    private func perform(_ body: RequestBody, _ timeout: Duration?) async throws {
        let (_, services) = try reach()
        _ = try await services.perform(
            body, asWorker: identity.workerID, timeout: timeout ?? services.defaultTimeout)
    }

    private func reach() throws -> (WorkerRuntime, any NodeServices) {
        guard let runtime = identity.node, let services = runtime.services else { throw SwarmError.nodeGone }
        return (runtime, services)
    }
}

// MARK: Timers

extension WorkerContext {
    /// Puts a message into the worker's own mailbox after `delay`.
    ///
    /// A worker may have 64 timers at a time. They end with the worker: after a move the new one starts its own. Where the
    /// mailbox is full at the time, the message is dropped and counted.
    ///
    /// Throws `invalidArgument` if the message is not of the worker's `Message` type or `delay` is negative, `overloaded`
    /// with too many timers, `stopped` or `notRunning`.
    @discardableResult
    public func sendAfter<Message: Codable & Sendable>(_ delay: Duration, _ message: Message) throws -> WorkerTimer {
        guard delay >= .zero else { throw SwarmError(.invalidArgument, "A delay is negative; use zero or more.") }
        return try cell().addTimer(after: delay, every: nil, message)
    }

    /// Puts a message into the worker's own mailbox every `interval`, at least a millisecond, the first time after one.
    ///
    /// While such a message still waits no second one of this timer is added. Otherwise as ``sendAfter(_:_:)``.
    @discardableResult
    public func every<Message: Codable & Sendable>(_ interval: Duration, _ message: Message) throws -> WorkerTimer {
        guard interval >= .milliseconds(1) else {
            throw SwarmError(.invalidArgument, "An interval is below a millisecond; use one or more.")
        }
        return try cell().addTimer(after: interval, every: interval, message)
    }

    private func cell() throws -> WorkerCell {
        guard identity.node != nil else { throw SwarmError.nodeGone }
        guard let cell = identity.cell else {
            throw SwarmError(.stopped, "The worker has stopped; start timers while it works.")
        }
        return cell
    }
}

/// A timer of a worker. Ends with the worker at the latest.
public struct WorkerTimer: Sendable {
    let identity: WorkerIdentity
    let id: UInt64

    /// Ends it. A message of it that the worker has not taken yet is dropped.
    public func cancel() { identity.cell?.cancelTimer(id) }
}

extension SwarmError {
    static var nodeGone: SwarmError {
        SwarmError(.notRunning, "There is no running node behind this; call the node's run() first.")
    }
}
