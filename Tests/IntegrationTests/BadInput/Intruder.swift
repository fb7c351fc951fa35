import Logging
import Swarm
import SwarmAMQP
import SwarmCore
import SwarmWire

/// Says what no node would, with a node's rights at the broker.
struct Intruder: Sendable {
    let node = NodeID(name: "intruder", incarnation: 7)
    let events = EventRecorder()
    private let cluster: FaultyCluster
    private let transport: any NodeTransport

    /// Runs one while `body` lasts.
    static func visit(_ cluster: FaultyCluster, _ body: @escaping @Sendable (Intruder) async throws -> Void)
        async throws
    {
        let intruder = try Intruder(cluster)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await intruder.transport.run { intruder.events.record($0) } }
            group.addTask { try await body(intruder) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private init(_ cluster: FaultyCluster) throws {
        self.cluster = cluster
        // It may send what no node would.
        let transport = try cluster.transport(of: node.name) {
            $0.outbound.laneBytes = 256 << 20
            $0.outbound.totalBytes = 512 << 20
        }
        self.transport = transport.makeNodeTransport(
            TransportContext(
                cluster: cluster.name, node: node, isClient: true, logger: FaultyCluster.logger(node.name)))
    }

    /// The frame of one message.
    func frame(_ messages: Message..., from sender: NodeID? = nil) throws -> [UInt8] {
        try WireCodec.encode(Frame(sender: Sender(node: sender ?? node, life: 0), messages: messages))
    }

    @discardableResult
    func publish(
        _ body: [UInt8], to exchange: TransportExchange, key: String, returnID: UInt64? = nil, replyTo: String? = nil
    ) -> Bool {
        let lane: TransportLane =
            switch exchange {
            case .control: key.hasPrefix("heartbeat.") ? .heartbeat : .control
            case .direct: .control
            case .groups: .group
            case .requests: .request
            }
        return transport.publish(
            OutboundFrame(
                to: .exchange(exchange, key: key), lane: lane, body: body, returnID: returnID,
                contentType: "application/json", correlationID: replyTo == nil ? nil : "q", replyTo: replyTo))
    }
}
