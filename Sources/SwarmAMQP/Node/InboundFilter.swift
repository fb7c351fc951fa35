import Swarm
import SwarmCore

/// Which deliveries a node takes. What nodes say to each other counts only if it came through the cluster's own
/// exchanges and if the broker vouches that one of the cluster's users sent it; probes come straight to a queue.
struct InboundFilter: Sendable {
    enum Verdict: Equatable {
        /// From this exchange; nil: the default one.
        case accept(TransportExchange?)
        /// Nothing for the node.
        case ignore
        case reject(String)
    }

    private let exchanges: [String: TransportExchange]
    private let users: Set<String>
    private let holderKey: String

    init(_ context: TransportContext, user: String, options: AMQPOptions) {
        var exchanges: [String: TransportExchange] = [:]
        for exchange in TransportExchange.allCases { exchanges[exchange.name(in: context.cluster)] = exchange }
        self.exchanges = exchanges
        users = options.clusterUsers.union([user])
        holderKey = TransportKey.holder(of: context.node.name)
    }

    func judge(_ delivery: Delivery, _ properties: MessageProperties, _ lane: TransportLane) -> Verdict {
        let exchange = exchanges[delivery.exchange]
        let isExpected =
            switch lane {
            case .heartbeat: exchange == .control || delivery.exchange.isEmpty
            case .control: exchange == .control || exchange == .direct
            case .group: exchange == .groups
            case .request: exchange == .requests
            }
        guard isExpected else {
            return .reject("they came through an exchange that they may not come through")
        }
        if lane == .heartbeat || lane == .control {
            guard let user = properties.userID, users.contains(user) else {
                return .reject("they are not from a user of the cluster (see clusterUsers)")
            }
        }
        if exchange == .direct, delivery.key == holderKey { return .ignore }
        return .accept(exchange)
    }
}
