package import SwarmCore
import Synchronization

/// A broker inside the process: clusters of nodes in one process, for tests, demonstrations and development.
///
/// Give one broker to several nodes as their transport. It behaves as RabbitMQ does (topic exchanges, exclusive queues that
/// vanish with their connection, limits, returned messages, memory alarms) without sockets, and can be made to fail on
/// request: ``cut(node:)``, ``kill(node:)``, ``split(_:silently:)``, ``restart()``, ``block()``.
///
/// ```swift
/// let broker = InMemoryBroker()
/// let a = try SwarmNode(configuration: .init(name: "a"), transport: broker, workers: [Counter.self], logger: logger)
/// let b = try SwarmNode(configuration: .init(name: "b"), transport: broker, workers: [Counter.self], logger: logger)
/// ```
public final class InMemoryBroker: Transport {
    private let fabric: Mutex<InMemoryFabric>

    /// Creates a broker that is up and has no connections.
    public convenience init() { self.init(configuration: InMemoryConfiguration()) }

    package init(configuration: InMemoryConfiguration) { fabric = Mutex(InMemoryFabric(configuration: configuration)) }

    /// Makes the connection of one node.
    public func makeNodeTransport(_ context: TransportContext) -> any NodeTransport {
        InMemoryNodeTransport(broker: self, number: perform { $0.addNode(context) })
    }

    /// What the broker has counted since it was made.
    package var counters: BrokerCounters { perform { $0.model.counters } }

    /// The user that a node of this name logs in as, from its next connection on.
    package func setUser(_ user: String, ofNode name: String) { perform { $0.users[name] = user } }

    /// A client from outside the cluster.
    package func makeClient(cluster: String, user: String? = "guest") -> InMemoryClient {
        InMemoryClient(broker: self, number: perform { $0.addClient(cluster: cluster, user: user) })
    }

    /// Does something under the lock, and then, without it, what followed from it.
    func perform<Value: Sendable>(_ body: (inout sending InMemoryFabric) -> Value) -> Value {
        let (result, followups) = fabric.withLock { fabric in
            let result = body(&fabric)
            return (result, Self.takeFollowups(&fabric))
        }
        for followup in followups { followup.perform() }
        return result
    }

    func performThrowing<Value: Sendable>(_ body: (inout sending InMemoryFabric) throws -> Value) throws -> Value {
        try perform { fabric in Result { try body(&fabric) } }.get()
    }

    private static func takeFollowups(_ fabric: inout InMemoryFabric) -> [InMemoryFabric.Followup] {
        guard !fabric.followups.isEmpty else { return [] }
        defer { fabric.followups = [] }
        return fabric.followups
    }
}
