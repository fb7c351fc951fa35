import Swarm
import SwarmCore

/// Why a connection could not be made or ended.
enum ConnectionFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Nothing answers at the address.
    case unreachable(String)
    /// The broker does not accept user, password or virtual host.
    case refused(BrokerRefusal)
    /// No encrypted connection: certificate, host name or protocol.
    case insecure(String)
    /// An option that the library refuses (an unreadable certificate file): retrying does not cure it.
    case unusable(String)
    /// The broker closed the connection.
    case closed(BrokerRefusal)
    /// The broker closed a channel, which leaves the connection in order.
    case channelClosed(UInt16, BrokerRefusal)
    /// The connection broke.
    case lost(String)
    /// An answer did not come in time.
    case timedOut(String)
    /// A live node holds the lock of the name.
    case nameTaken(String)
    /// What is to be sent does not fit into AMQP's fields; the connection is in order.
    case unsendable(String)
    /// The transport is being stopped.
    case stopped

    var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .refused(let refusal): "the broker refuses access: \(refusal)"
        case .insecure(let reason): "no encrypted connection: \(reason)"
        case .unusable(let reason): reason
        case .closed(let refusal): "the broker closed the connection: \(refusal)"
        case .channelClosed(let channel, let refusal): "the broker closed channel \(channel): \(refusal)"
        case .lost(let reason): "connection lost: \(reason)"
        case .timedOut(let what): "no answer in time to \(what)"
        case .nameTaken(let name): "the name \(name) is in use"
        case .unsendable(let reason): "not sendable: \(reason)"
        case .stopped: "stopped"
        }
    }

    /// A word for the count of failures.
    var label: String {
        switch self {
        case .unreachable: "unreachable"
        case .refused: "refused"
        case .insecure: "insecure"
        case .unusable: "unusable"
        case .closed: "closed"
        case .channelClosed: "channel_closed"
        case .lost: "lost"
        case .timedOut: "timed_out"
        case .nameTaken: "name_taken"
        case .unsendable: "unsendable"
        case .stopped: "stopped"
        }
    }

    /// What retrying cannot cure. A refusal is final only before the first success: later it may be a broker that is
    /// just being set up again.
    func permanentError(endpoint: AMQPEndpoint, hasConnectedBefore: Bool) -> SwarmError? {
        switch self {
        case .unusable(let reason):
            return SwarmError(.invalidArgument, reason)
        case .nameTaken(let name):
            return SwarmError(
                .nameTaken,
                "A live node holds the name '\(name)' in this cluster. Give this one another name, or stop the other.")
        case .refused(let refusal) where !hasConnectedBefore:
            return SwarmError(
                .accessRefused,
                """
                The broker at \(endpoint.address) refuses user '\(endpoint.user)' (\(refusal)). Check user and \
                password, that virtual host '\(endpoint.virtualHost)' exists, and the user's permissions on it \
                (rabbitmqctl list_permissions -p '\(endpoint.virtualHost)').
                """)
        default: return nil
        }
    }
}
