import Logging
import SwarmCore
import Testing

@testable import Swarm

/// Nodes in this process, on one broker, with times short enough for tests.
final class TestCluster: Sendable {
    let broker = InMemoryBroker()
    let name: String

    init(_ name: String) { self.name = name }

    func configuration(_ node: String) -> SwarmConfiguration {
        var configuration = SwarmConfiguration(name: node, cluster: name)
        configuration.membership.heartbeatInterval = .milliseconds(100)
        configuration.membership.suspectAfter = .milliseconds(300)
        configuration.membership.downAfter = .seconds(3)
        configuration.membership.reconnectGrace = .milliseconds(200)
        configuration.membership.seedDelay = .milliseconds(300)
        configuration.rebalancing.settleTime = .milliseconds(100)
        configuration.timeouts.request = .seconds(20)
        configuration.timeouts.drain = .seconds(10)
        configuration.timeouts.stop = .seconds(1)
        return configuration
    }

    func node(
        _ name: String, workers: [any Worker.Type] = [TestCounter.self, TestEcho.self],
        _ change: (inout SwarmConfiguration) -> Void = { _ in }
    ) throws -> SwarmNode {
        var configuration = configuration(name)
        change(&configuration)
        return try SwarmNode(
            configuration: configuration, transport: broker, workers: configuration.isClient ? [] : workers,
            logger: Self.logger)
    }

    /// Silent; to see what nodes say, give it a handler that prints.
    static let logger = Logger(label: "swarm.tests") { _ in SwiftLogNoOpLogHandler() }
}

/// Runs nodes of these names, waits until all are ready and know each other, and stops them after `body`.
func withNodes(
    _ names: [String], cluster: String = #function,
    configure: (inout SwarmConfiguration) -> Void = { _ in },
    _ body: (TestCluster, [SwarmNode]) async throws -> Void
) async throws {
    let cluster = TestCluster(String(cluster.prefix { $0.isLetter || $0.isNumber }.prefix(60)))
    let nodes = try names.map { try cluster.node($0, configure) }
    try await withRunning(nodes) { try await body(cluster, nodes) }
}

/// Runs nodes for as long as `body` takes, which begins when all are ready and know each other.
func withRunning(_ nodes: [SwarmNode], _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for node in nodes {
            group.addTask {
                do { try await node.run() } catch is CancellationError {}
            }
        }
        for node in nodes { try await node.ready() }
        try await eventually("all nodes are ready and know each other") {
            nodes.allSatisfy { node in
                let members = node.snapshot().members
                return nodes.allSatisfy { other in members.contains { $0.node == other.id && $0.state == .ready } }
            }
        }
        try await body()
        group.cancelAll()
    }
}

struct NeverHappened: Error { let description: String }

/// Waits until the condition holds; ten seconds at the most, far more than it takes.
func eventually(_ description: String, _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(15)
    while try !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(description: description) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// The error that `body` throws.
func code(_ body: () async throws -> Void) async -> SwarmError.Code? {
    do { try await body() } catch { return (error as? SwarmError)?.code }
    return nil
}

actor TestCounter: Worker {
    enum Message: Codable, Sendable { case add(amount: Int), get, fail, wait }
    static let kind = "counter"
    private var total = 0
    private let context: WorkerContext

    init(_ context: WorkerContext, arguments: NoValue) throws { self.context = context }

    func receive(_ message: Message) async throws -> Int {
        switch message {
        case .add(let amount): total += amount
        case .get: break
        case .fail: throw NeverHappened(description: "asked to fail")
        case .wait: try await Task.sleep(for: .seconds(60))
        }
        return total
    }

    func beginHandoff() async throws -> Handoff<Int> { .resume(total) }
    func endHandoff(_ state: Int) async throws { total = state }
    func resolveConflict(_ state: Int) async throws { total = max(total, state) }
}

/// Answers with its arguments, the message and the node that it runs on.
actor TestEcho: Worker {
    struct Arguments: Codable, Sendable { var prefix: String }
    static let kind = "echo"
    private let context: WorkerContext
    private let prefix: String

    init(_ context: WorkerContext, arguments: Arguments) throws {
        guard arguments.prefix != "refuse" else { throw NeverHappened(description: "refused to start") }
        self.context = context
        prefix = arguments.prefix
    }

    func receive(_ message: String) async throws -> String { "\(prefix)\(message)@\(context.node)" }
}
