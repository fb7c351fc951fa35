import Swarm
import SwarmCore

/// Names and arguments of all that a node declares at the broker.
struct NodeTopology: Sendable {
    let cluster: String
    let node: NodeID
    let options: AMQPOptions
    /// Different for every connection, so that a queue that the broker has not given up yet is no obstacle.
    let suffix: String

    var lockQueue: String { "swarm.\(cluster).lock.\(node.name)" }
    var requestQueue: String { TransportExchange.requests.name(in: cluster) }

    func queue(_ lane: TransportLane) -> String {
        "swarm.\(cluster).node.\(node.name).\(String(node.incarnation, radix: 36)).\(suffix).\(lane)"
    }

    /// The lock of the node's name: it lives as long as the connection.
    var lock: QueueDeclaration { QueueDeclaration(name: lockQueue, exclusive: true) }

    /// A lane's own queue; nil for the shared one of requests.
    func declaration(_ lane: TransportLane) -> QueueDeclaration? {
        let limits = options.queues
        let messages: Int
        switch lane {
        case .heartbeat: messages = limits.heartbeatMessages
        case .control, .group: messages = limits.laneMessages
        case .request: return nil
        }
        return QueueDeclaration(
            name: queue(lane), exclusive: true,
            arguments: [
                ("x-max-length", .number(Int64(messages))),
                ("x-max-length-bytes", .number(Int64(limits.laneBytes))),
                ("x-overflow", .text("drop-head")),
            ])
    }

    /// The shared queue of requests from outside. Durable, for it belongs to no connection.
    var requests: QueueDeclaration {
        let queue = options.requestQueue
        return QueueDeclaration(
            name: requestQueue, durable: true,
            arguments: [
                ("x-expires", .number(Int64(queue.expires / .milliseconds(1)))),
                ("x-max-length", .number(Int64(queue.maximumLength))),
                ("x-message-ttl", .number(Int64(queue.messageLifetime / .milliseconds(1)))),
                ("x-queue-type", .text(queue.isQuorum ? "quorum" : "classic")),
            ])
    }

    /// What a lane is bound to from the start.
    func bindings(_ lane: TransportLane) -> [(exchange: TransportExchange, key: String)] {
        switch lane {
        case .heartbeat, .group: []
        case .control:
            [
                (.control, TransportKey.everyDelta), (.control, TransportKey.all),
                (.direct, TransportKey.direct(to: node)), (.direct, TransportKey.holder(of: node.name)),
            ]
        case .request: [(.requests, "#")]
        }
    }

    /// How many unacknowledged messages the broker sends ahead; nil: the lane is not acknowledged at all.
    func prefetch(_ lane: TransportLane) -> UInt16? {
        switch lane {
        case .heartbeat: nil
        case .control: UInt16(clamping: options.queues.controlPrefetch)
        case .group: UInt16(clamping: options.queues.groupPrefetch)
        case .request: UInt16(clamping: options.queues.requestPrefetch)
        }
    }
}

extension TransportLane {
    /// The channel of the consuming connection that carries the lane.
    var channel: UInt16 { UInt16(rawValue) + 1 }

    init?(channel: UInt16) {
        guard channel >= 1, channel <= 4 else { return nil }
        self.init(rawValue: UInt8(channel - 1))
    }

    /// For declarations, which the broker answers with closing the channel if it does not like them.
    static let setupChannel: UInt16 = 5
}
