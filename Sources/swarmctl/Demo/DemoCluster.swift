import Logging
import Swarm
import SwarmCore

/// The nodes of the demonstration, all in this process, each with a task of its own.
actor DemoCluster {
    private struct Running {
        let node: SwarmNode
        let task: Task<Void, any Error>
    }

    private let broker = InMemoryBroker()
    private let logger: Logger
    private var running: [String: Running] = [:]

    init(logger: Logger) { self.logger = logger }

    /// Starts a node and waits until it has caught up with the others.
    func start(_ names: [String]) async throws {
        for name in names {
            let node = try SwarmNode(
                configuration: SwarmConfiguration(name: name, cluster: "demo"), transport: broker,
                workers: [Counter.self], logger: logger)
            running[name] = Running(node: node, task: Task { try await node.run() })
        }
        for name in names { try await running[name]?.node.ready() }
    }

    /// The live nodes, by name.
    var nodes: [SwarmNode] { running.keys.sorted().compactMap { running[$0]?.node } }

    /// As `kill -9` does: from one moment to the next nothing of the node reaches the others any more, and what it had in
    /// memory is lost. It says no farewell and hands nothing over.
    func kill(_ name: String) async {
        broker.kill(node: name)
        guard let killed = running.removeValue(forKey: name) else { return }
        // No code of its workers is called after this, `stop` neither.
        killed.node.crash()
        killed.task.cancel()
        _ = await killed.task.result
    }

    /// Hands everything over and leaves.
    func drain(_ name: String) async throws {
        guard let drained = running[name] else { return }
        try await drained.node.drain()
        running[name] = nil
        try await drained.task.value
    }

    func stop() async {
        for (_, node) in running { node.task.cancel() }
        for (_, node) in running { _ = await node.task.result }
        running = [:]
    }
}
