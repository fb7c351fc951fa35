import Logging
import Swarm
import SwarmClient

/// A worker with a total, as an application would write it.
actor Tally: Worker {
    enum Message: Codable, Sendable {
        case add(amount: Int)
        case get
        case fail
    }
    struct Refusal: Error, CustomStringConvertible {
        let description = "told to fail"
    }

    static let kind = "tally"
    private var total: Int

    init(_ context: WorkerContext, arguments: TallyArguments) throws {
        guard arguments.start >= 0 else { throw Refusal() }
        total = arguments.start
    }

    func receive(_ message: Message) async throws -> Int {
        switch message {
        case .add(let amount): total += amount
        case .get: break
        case .fail: throw Refusal()
        }
        return total
    }

    func beginHandoff() async throws -> Handoff<Int> { .resume(total) }
    func endHandoff(_ state: Int) async throws { total = state }
}

struct TallyArguments: Codable, Sendable {
    var start: Int
}

/// Nodes on an in-memory broker, and a client of theirs.
struct TestCluster: Sendable {
    let broker: InMemoryBroker
    let nodes: [SwarmNode]
    let client: SwarmClient

    /// Starts the nodes, waits until they are ready, runs `body` with the client connected, and stops everything.
    static func run(
        _ names: [String] = ["a"], client configuration: SwarmClientConfiguration = .init(),
        _ body: @escaping @Sendable (TestCluster) async throws -> Void
    ) async throws {
        let broker = InMemoryBroker()
        let nodes = try names.map { try node($0, broker) }
        let client = try SwarmClient(configuration: configuration, broker: .inMemory(broker), logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // A node that ends, whyever, shows in what the test does with it.
            for node in nodes { group.addTask { try? await node.run() } }
            defer { group.cancelAll() }
            for node in nodes { try await node.ready() }
            try await client.run { client in
                try await body(TestCluster(broker: broker, nodes: nodes, client: client))
            }
        }
    }

    static func node(_ name: String, _ broker: InMemoryBroker) throws -> SwarmNode {
        var configuration = SwarmConfiguration(name: name)
        configuration.membership.seedDelay = .milliseconds(200)
        configuration.rebalancing.settleTime = .milliseconds(100)
        return try SwarmNode(configuration: configuration, transport: broker, workers: [Tally.self], logger: quiet)
    }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
