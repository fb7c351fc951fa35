public import Logging
public import Swarm
import Synchronization

/// Real nodes in this process, on one in-memory broker, with times short enough for tests. See
/// ``withCluster(_:workers:configure:logger:_:)``.
///
/// ``broker`` can be made to fail: `cut(node:)`, `split(_:silently:)`, `restart()`, `block()`.
public final class TestCluster: Sendable {
    private struct Running: Sendable {
        let node: SwarmNode
        let task: Task<Void, any Error>
    }

    /// What the nodes are connected to.
    public let broker = InMemoryBroker()
    private let workers: [any Worker.Type]
    private let configure: @Sendable (inout SwarmConfiguration) -> Void
    private let logger: Logger
    private let running = Mutex<[String: Running]>([:])

    init(
        workers: [any Worker.Type], configure: @escaping @Sendable (inout SwarmConfiguration) -> Void, logger: Logger
    ) {
        self.workers = workers
        self.configure = configure
        self.logger = logger
    }

    /// The nodes that run, by name.
    public var nodes: [SwarmNode] {
        running.withLock { running in running.values.map(\.node).sorted { $0.id < $1.id } }
    }

    /// The running node of this name.
    ///
    /// - Throws: `SwarmError` (`notRunning`) if there is none.
    public func node(_ name: String) throws -> SwarmNode {
        guard let node = running.withLock({ $0[name]?.node }) else {
            throw SwarmError(.notRunning, "No node '\(name)' runs; start it first.")
        }
        return node
    }

    /// Starts nodes, and returns when all that run are ready and know each other.
    ///
    /// - Throws: `SwarmError`: of a node that could not start, or `timeout` after half a minute.
    @discardableResult
    public func start(_ names: String...) async throws -> [SwarmNode] { try await start(names) }

    func start(_ names: [String]) async throws -> [SwarmNode] {
        let nodes = try names.map { name in
            try SwarmNode(configuration: configuration(name), transport: broker, workers: workers, logger: logger)
        }
        for node in nodes {
            let task = Task { try await node.run() }
            running.withLock { $0[node.id.name] = Running(node: node, task: task) }
        }
        for node in nodes { try await node.ready() }
        try await settled()
        return nodes
    }

    /// Lets a node hand over its workers, with their state, and leave.
    public func drain(_ name: String) async throws {
        try await node(name).drain()
        await end(name)
    }

    /// Ends a node as `kill -9` does: its workers' state is lost, and others start them again.
    public func kill(_ name: String) async {
        broker.kill(node: name)
        await end(name)
    }

    /// Returns when all nodes know each other and show the same names, each of them where it stays.
    ///
    /// - Throws: `SwarmError` (`timeout`) after half a minute: a node that is cut off does not settle.
    public func settled() async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        var calm = 0
        var last: [String] = []
        while calm < 3 {
            guard ContinuousClock.now < deadline else {
                throw SwarmError(
                    .timeout, "The cluster has not settled within 30 s; are nodes cut off from each other?")
            }
            let picture = picture()
            calm = picture != nil && picture == last ? calm + 1 : 0
            last = picture ?? []
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What all nodes agree on; nil if they do not.
    private func picture() -> [String]? {
        let nodes = nodes
        let ids = nodes.map(\.id)
        var common: [String]?
        for node in nodes {
            let members = node.snapshot().members
            guard members.map(\.node) == ids, members.allSatisfy({ $0.state == .ready }) else { return nil }
            let registrations = node.registrations()
            guard registrations.allSatisfy({ !$0.isMoving }) else { return nil }
            let seen = registrations.map { "\($0.name) \($0.node) \($0.token)" }
            guard common == nil || common == seen else { return nil }
            common = seen
        }
        return common
    }

    func end() async {
        for node in nodes { await end(node.id.name) }
    }

    private func end(_ name: String) async {
        guard let node = running.withLock({ $0.removeValue(forKey: name) }) else { return }
        node.task.cancel()
        _ = await node.task.result
    }

    /// A tenth of the usual times.
    private func configuration(_ name: String) -> SwarmConfiguration {
        var configuration = SwarmConfiguration(name: name, cluster: "test")
        configuration.membership.heartbeatInterval = .milliseconds(100)
        configuration.membership.suspectAfter = .milliseconds(300)
        configuration.membership.downAfter = .seconds(3)
        configuration.membership.reconnectGrace = .milliseconds(200)
        configuration.membership.seedDelay = .milliseconds(200)
        configuration.rebalancing.settleTime = .milliseconds(100)
        configuration.timeouts.request = .seconds(20)
        configuration.timeouts.drain = .seconds(10)
        configuration.timeouts.stop = .seconds(1)
        configure(&configuration)
        return configuration
    }
}

/// Runs real nodes on an in-memory broker for as long as `body` takes.
///
/// ```swift
/// try await withCluster("a", "b", workers: [Counter.self]) { cluster in
///     let counter = try await cluster.node("a").register("cart/42", as: Counter.self)
///     _ = try await counter.call(.add(amount: 3))
///     try await cluster.drain(cluster.node("a").lookup("cart/42")!.node.name)
///     ...
/// }
/// ```
///
/// - Parameters:
///   - names: The nodes to start with.
///   - workers: The types of workers that they can start.
///   - configure: Changes a node's configuration, which has a tenth of the usual times.
///   - logger: Gets the nodes' logs. Default: none.
///   - body: Begins when all nodes are ready and know each other.
/// - Throws: What `body` throws, or the `SwarmError` of a node that could not start.
public func withCluster(
    _ names: String..., workers: [any Worker.Type],
    configure: @escaping @Sendable (inout SwarmConfiguration) -> Void = { _ in },
    logger: Logger = Logger(label: "swarm.test") { _ in SwiftLogNoOpLogHandler() },
    _ body: (TestCluster) async throws -> Void
) async throws {
    let cluster = TestCluster(workers: workers, configure: configure, logger: logger)
    do {
        _ = try await cluster.start(names)
        try await body(cluster)
        await cluster.end()
    } catch {
        await cluster.end()
        throw error
    }
}
