public import Swarm

/// Runs one worker on a real node of its own, with an in-memory broker, for as long as `body` takes.
///
/// ```swift
/// try await withWorker(Counter.self) { counter, node in
///     let total = try await counter.call(.add(amount: 3))
///     #expect(total == 3)
/// }
/// ```
///
/// - Parameters:
///   - type: The type of the worker.
///   - arguments: What its `init` gets.
///   - name: The name it is registered by. Default: `worker`.
///   - groups: Groups that it is in from the start.
///   - body: Begins when the worker has been started, and gets a reference to it and the node.
/// - Throws: What `body` throws, or the `SwarmError` of the registration: `startFailed` if the worker's `init` throws.
public func withWorker<W: Worker>(
    _ type: W.Type, arguments: W.Arguments, name: String = "worker", groups: [String] = [],
    _ body: (WorkerRef<W>, SwarmNode) async throws -> Void
) async throws {
    try await withCluster(
        "test", workers: [type], configure: { $0.membership.seedDelay = .milliseconds(20) }
    ) { cluster in
        let node = try cluster.node("test")
        let ref = try await node.register(name, as: type, arguments: arguments, groups: groups)
        try await body(ref, node)
    }
}

/// Runs one worker that needs no arguments. See ``withWorker(_:arguments:name:groups:_:)``.
public func withWorker<W: Worker>(
    _ type: W.Type, name: String = "worker", groups: [String] = [],
    _ body: (WorkerRef<W>, SwarmNode) async throws -> Void
) async throws where W.Arguments == NoValue {
    try await withWorker(type, arguments: NoValue(), name: name, groups: groups, body)
}
