package import SwarmCore

/// The routing keys of a cluster's own frames, in one place for senders and for what binds.
package enum TransportKey {
    /// Control exchange: to every node.
    package static let all = "all"
    /// Control exchange, what every node binds: the deltas of all nodes.
    package static let everyDelta = "delta.*"
    /// Control exchange: the heartbeats of all nodes.
    package static let everyHeartbeat = "heartbeat.*"

    /// Control exchange: the heartbeats of the node of this name.
    package static func heartbeat(of name: String) -> String { "heartbeat.\(name)" }

    /// Control exchange: the log batches of the node of this name.
    package static func delta(of name: String) -> String { "delta.\(name)" }

    /// Direct exchange: to this start of a node and to no other. The incarnation is decimal.
    package static func direct(to node: NodeID) -> String { "\(node.name).\(node.incarnation)" }

    /// Direct exchange: bound by whoever runs under this name; transports ask there whether a name is in use.
    package static func holder(of name: String) -> String { "\(name).name" }
}
