import Foundation
import Logging
import Swarm
import SwarmAMQP
import SwarmCore
import Synchronization
import Testing

/// Nodes in this process on a broker of either kind, with times short enough for tests, and faults.
///
/// On RabbitMQ each node has a cable of its own, which can be cut.
final class FaultyCluster: Sendable {
    let backend: Backend
    let name = BrokerFixture.cluster()
    let metrics = CountingMetrics()
    let broker = InMemoryBroker()
    private let brokerURL: String
    private let state = Mutex(State())

    private struct State {
        var cables: [String: TCPForwarder] = [:]
        var running: [String: Running] = [:]
    }

    private struct Running {
        let node: SwarmNode
        let run: Task<Void, Never>
    }

    fileprivate init(_ backend: Backend) throws {
        self.backend = backend
        brokerURL = backend == .rabbitMQ ? try BrokerFixture.url() : ""
    }

    // MARK: Nodes

    /// A node that does not run yet.
    func node(
        _ node: String,
        workers: [any Worker.Type] = [
            Tally.self, SlowStarter.self, Troublemaker.self, Bottleneck.self, Subscriber.self,
        ],
        _ change: (inout SwarmConfiguration) -> Void = { _ in }
    ) throws -> SwarmNode {
        var configuration = SwarmConfiguration(name: node, cluster: name)
        configuration.membership.heartbeatInterval = .milliseconds(100)
        configuration.membership.suspectAfter = .milliseconds(300)
        configuration.membership.downAfter = .seconds(3)
        configuration.membership.reconnectGrace = .milliseconds(200)
        configuration.membership.seedDelay = .milliseconds(300)
        configuration.membership.quorumWindow = .milliseconds(800)
        configuration.membership.quorumGrace = .milliseconds(500)
        configuration.rebalancing.settleTime = .milliseconds(100)
        configuration.timeouts.request = .seconds(30)
        configuration.timeouts.drain = .seconds(20)
        configuration.timeouts.stop = .seconds(1)
        configuration.metricsFactory = metrics
        change(&configuration)
        return try SwarmNode(
            configuration: configuration, transport: try transport(of: node),
            workers: configuration.isClient ? [] : workers, logger: Self.logger(node))
    }

    /// Set `SWARM_TEST_LOG=debug` to see what nodes say.
    static func logger(_ node: String) -> Logger {
        guard let level = ProcessInfo.processInfo.environment["SWARM_TEST_LOG"].flatMap({ Logger.Level(rawValue: $0) })
        else {
            return Logger(label: "swarm.tests") { _ in SwiftLogNoOpLogHandler() }
        }
        var logger = Logger(label: node) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }

    func transport(of node: String, _ change: (inout AMQPOptions) -> Void = { _ in }) throws -> any Transport {
        guard backend == .rabbitMQ else { return broker }
        var options = AMQPOptions()
        options.connectTimeout = .seconds(2)
        options.nameLockTimeout = .seconds(2)
        change(&options)
        let cable = try state.withLock { state in
            if let cable = state.cables[node] { return cable }
            let cable = try TCPForwarder(to: try Self.port(of: brokerURL))
            state.cables[node] = cable
            return cable
        }
        var url = try #require(URLComponents(string: brokerURL))
        url.host = "127.0.0.1"
        url.port = Int(cable.port)
        return .amqp(try #require(url.string), options: options)
    }

    private static func port(of url: String) throws -> UInt16 {
        UInt16(exactly: try #require(URLComponents(string: url)).port ?? 5_672) ?? 5_672
    }

    /// Runs nodes, and returns when they are ready and they and all others that run know each other.
    @discardableResult
    func start(_ nodes: SwarmNode...) async throws -> [SwarmNode] { try await start(nodes) }

    @discardableResult
    func start(_ nodes: [SwarmNode]) async throws -> [SwarmNode] {
        for node in nodes { run(node) }
        for node in nodes { try await node.ready() }
        try await meet()
        return nodes
    }

    @discardableResult
    func start(
        _ names: String..., configure: (inout SwarmConfiguration) -> Void = { _ in }
    ) async throws -> [SwarmNode] {
        try await start(names.map { try node($0, configure) })
    }

    /// Runs a node, and does not wait.
    func run(_ node: SwarmNode) {
        let task = Task {
            do { try await node.run() } catch is CancellationError {} catch {
                Issue.record(error, "node \(node.id) ended")
            }
        }
        state.withLock { $0.running[node.id.name] = Running(node: node, run: task) }
    }

    /// The nodes that run, killed ones excepted, by name.
    var nodes: [SwarmNode] {
        state.withLock { state in state.running.values.map(\.node).sorted { $0.id < $1.id } }
    }

    /// Waits until all that run are ready and have no other members than each other.
    func meet() async throws {
        let nodes = nodes
        let ids = Set(nodes.map(\.id))
        try await waitOut("\(ids) know each other") {
            let others = nodes.filter { node in
                let members = node.snapshot().members
                return Set(members.map(\.node)) != ids || !members.allSatisfy { $0.state == .ready }
            }
            return others.isEmpty
                ? nil : others.map { "\($0.id) sees \($0.snapshot().members)" }.joined(separator: "\n")
        }
    }

    /// Lets a node hand over what it has, and leave.
    func drain(_ node: SwarmNode) async throws {
        try await node.drain()
        await forget(node.id.name)?.run.value
    }

    private func forget(_ name: String) -> Running? { state.withLock { $0.running.removeValue(forKey: name) } }

    fileprivate func end() async {
        let (running, cables) = state.withLock { state in
            defer { state = State() }
            return (state.running.values.map { $0 }, state.cables.values.map { $0 })
        }
        for node in running { node.run.cancel() }
        for node in running { await node.run.value }
        for cable in cables { cable.end() }
    }

    // MARK: Faults

    /// Nothing more is heard of the node, not even a farewell; its workers are gone.
    func kill(_ name: String) async {
        switch backend {
        case .inMemory: broker.kill(node: name)
        case .rabbitMQ: state.withLock { $0.cables.removeValue(forKey: name) }?.end()
        }
        let node = forget(name)
        node?.run.cancel()
        await node?.run.value
    }

    /// The nodes have no broker any more; the others go on.
    func cut(_ names: String...) {
        switch backend {
        case .inMemory: for name in names { broker.cut(node: name) }
        case .rabbitMQ: for name in names { state.withLock { $0.cables[name] }?.cut() }
        }
    }

    /// Takes the broker away from all.
    func stopBroker() {
        switch backend {
        case .inMemory: broker.stop()
        case .rabbitMQ: for cable in state.withLock({ Array($0.cables.values) }) { cable.cut() }
        }
    }

    /// Gives it back.
    func startBroker() {
        switch backend {
        case .inMemory: broker.start()
        case .rabbitMQ: heal()
        }
    }

    /// The parts do not hear each other. On RabbitMQ, where there is one broker, it stays with the first part, and each
    /// node of the others is alone.
    func split(_ parts: [[String]]) {
        switch backend {
        case .inMemory: broker.split(parts)
        case .rabbitMQ: for name in parts.dropFirst().joined() { state.withLock { $0.cables[name] }?.cut() }
        }
    }

    /// Ends all cuts.
    func heal() {
        switch backend {
        case .inMemory: broker.heal()
        case .rabbitMQ: for cable in state.withLock({ Array($0.cables.values) }) { cable.mend() }
        }
    }

    // MARK: Rest

    /// Waits until all nodes that run agree: they see `names` and no others, each on its owner, none moving, and run
    /// no other workers.
    func settled(_ names: some Collection<String>, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await meet()
        let nodes = nodes
        let expected = Set(names)
        try await waitOut("\(expected.count) names are settled", sourceLocation: sourceLocation) {
            Self.disagreement(nodes, expected)
        }
    }

    private static func disagreement(_ nodes: [SwarmNode], _ expected: Set<String>) -> String? {
        guard let first = nodes.first else { return "no node runs" }
        let registrations = first.registrations()
        for node in nodes {
            let found = node.registrations()
            if found.count != expected.count || Set(found.map(\.name)) != expected {
                let names = Set(found.map(\.name))
                return "\(node.id) sees \(found.count); missing: \(expected.subtracting(names).sorted().prefix(5)), "
                    + "too many: \(names.subtracting(expected).sorted().prefix(5))"
            }
            if let (own, other) = zip(found, registrations).first(where: { $0.node != $1.node || $0.token != $1.token })
            {
                return "\(node.id) sees \(own), \(first.id) \(other)"
            }
        }
        let placement = first.core.placement()
        for registration in registrations where registration.kind != nil {
            if registration.isMoving { return "\(registration) is moving" }
            let owner = placement.owners(of: registration.name, count: 1).first
            if registration.node.name != owner { return "\(registration) belongs to \(owner ?? "nobody")" }
        }
        let workers = nodes.map { $0.snapshot().workers }
        guard workers.reduce(0, +) == expected.count else { return "\(workers) workers run" }
        return nil
    }
}

/// Gives the test a cluster without nodes, and ends those that run afterwards.
func withCluster(_ backend: Backend, _ body: (FaultyCluster) async throws -> Void) async throws {
    let cluster = try FaultyCluster(backend)
    let result: Result<Void, any Error>
    do { result = .success(try await body(cluster)) } catch { result = .failure(error) }
    await cluster.end()
    try result.get()
}

struct NeverHappened: Error, CustomStringConvertible { let description: String }

/// Waits until `obstacle` is nil; a minute at the most, far more than it takes.
func waitOut(
    _ description: String, sourceLocation: SourceLocation = #_sourceLocation, obstacle: () async throws -> String?
) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while let reason = try await obstacle() {
        guard ContinuousClock.now < deadline else {
            throw NeverHappened(
                description:
                    "\(sourceLocation.fileID):\(sourceLocation.line): not within a minute: \(description): \(reason)")
        }
        try await Task.sleep(for: .milliseconds(30))
    }
}

/// Waits until the condition holds; a minute at the most.
func eventually(
    _ description: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    try await waitOut(description, sourceLocation: sourceLocation) { try await condition() ? nil : "it does not hold" }
}

/// The library's error that `body` throws, or nil if it throws none.
func failure(_ body: () async throws -> Void) async -> SwarmError? {
    do { try await body() } catch { return error as? SwarmError }
    return nil
}

/// Does something with many values at once, a limited number at a time.
func concurrently<Element: Sendable>(
    _ elements: some Sequence<Element>, width: Int = 64, _ body: @escaping @Sendable (Element) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        var running = 0
        for element in elements {
            if running == width {
                try await group.next()
                running -= 1
            }
            group.addTask { try await body(element) }
            running += 1
        }
        try await group.waitForAll()
    }
}
