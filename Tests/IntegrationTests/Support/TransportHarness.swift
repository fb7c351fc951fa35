import Logging
import Swarm
import SwarmAMQP
import SwarmCore

/// One node's transport at work, with what it told.
struct TransportHarness: Sendable {
    let cluster: String
    let node: NodeID
    let transport: any NodeTransport
    let events = EventRecorder()

    init(
        url: String, cluster: String, name: String = "a", incarnation: UInt64 = .random(in: 1...1_000_000),
        isClient: Bool = false, options: AMQPOptions = AMQPOptions()
    ) {
        self.cluster = cluster
        node = NodeID(name: name, incarnation: incarnation)
        var logger = Logger(label: "test")
        logger.logLevel = .debug
        transport = AMQPTransport.amqp(url, options: options)
            .makeNodeTransport(TransportContext(cluster: cluster, node: node, isClient: isClient, logger: logger))
    }

    /// Runs the transport while `body` lasts, and sees to it that it ends then. Throws what ended the transport, if
    /// that came first: it explains why events did not come.
    func run(_ body: @escaping @Sendable (TransportHarness) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await transport.run { events.record($0) } }
            group.addTask { try await body(self) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// A frame from this node.
    func send(
        _ exchange: TransportExchange, key: String, lane: TransportLane, body: [UInt8] = [1], returnID: UInt64? = nil
    ) {
        transport.publish(OutboundFrame(to: .exchange(exchange, key: key), lane: lane, body: body, returnID: returnID))
    }

    func sendHeartbeat(_ body: [UInt8] = [1]) {
        send(.control, key: TransportKey.heartbeat(of: node.name), lane: .heartbeat, body: body)
    }
}
