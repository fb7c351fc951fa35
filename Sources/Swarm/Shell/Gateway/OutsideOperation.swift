/// What can be asked from outside; the raw value is the routing key on the requests exchange.
package enum OutsideOperation: String, CaseIterable, Sendable {
    case call, send, lookup, list, register, unregister, update, join, leave, members, publish, nodes, ring, events
    case inspect, drain
    case multiCall = "multi-call"

    /// What a user has to be allowed.
    package var permission: OutsidePermission {
        switch self {
        case .lookup, .list, .members, .nodes, .ring, .events: .read
        case .call, .send, .publish, .multiCall: .message
        case .register, .unregister, .update, .join, .leave, .inspect, .drain: .manage
        }
    }

    /// Whether executing it twice does no harm.
    package var isRepeatable: Bool { permission == .read || self == .inspect }
}
