package import Logging
package import SwarmCore

/// The keys of all metadata in this library's log lines. Payloads, states and secrets are never logged.
package enum LoggingKeys {
    /// The node's name; on every line.
    package static let node = "swarm.node"
    /// The node's incarnation; on every line.
    package static let incarnation = "swarm.incarnation"
    /// The cluster's name; on every line.
    package static let cluster = "swarm.cluster"
    /// The node that a frame came from.
    package static let sender = "swarm.sender"
    /// The broker's user that published a frame.
    package static let user = "swarm.user"
    /// An exchange's role.
    package static let exchange = "swarm.exchange"
    /// A routing key.
    package static let key = "swarm.key"
    /// A worker's name.
    package static let name = "swarm.name"
    /// A group.
    package static let group = "swarm.group"
    /// An operation asked for from outside.
    package static let operation = "swarm.operation"
    /// How many of the same were left out since the last line.
    package static let count = "swarm.count"
    /// Why.
    package static let reason = "swarm.reason"
    /// What the tracker adds to its lines goes under `swarm.<key>`.
    package static func tracker(_ key: String) -> String { "swarm.\(key)" }
}

extension LogEntry.Level {
    package var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
