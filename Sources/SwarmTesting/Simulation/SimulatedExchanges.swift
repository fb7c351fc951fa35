import SwarmCore

/// The exchanges of the simulated cluster.
struct SimulatedExchanges {
    let control: BrokerExchangeID
    let direct: BrokerExchangeID
    let groups: BrokerExchangeID

    init(_ broker: inout BrokerModel<SimulatedFrame>) {
        do {
            control = try broker.declareExchange("swarm.simulation.control")
            direct = try broker.declareExchange("swarm.simulation.direct")
            groups = try broker.declareExchange("swarm.simulation.groups")
        } catch {
            preconditionFailure("a new broker takes three exchanges: \(error)")
        }
    }
}

/// Routing keys, made once: building text is what would cost most.
struct SimulatedKeys {
    private var direct: [NodeID: String] = [:]
    private var heartbeats: [String: String] = [:]
    private var deltas: [String: String] = [:]

    static let all = "all"

    mutating func direct(to node: NodeID) -> String {
        if let key = direct[node] { return key }
        let key = "\(node.name).\(node.incarnation)"
        direct[node] = key
        return key
    }

    mutating func heartbeat(of name: String) -> String {
        if let key = heartbeats[name] { return key }
        let key = "heartbeat.\(name)"
        heartbeats[name] = key
        return key
    }

    mutating func delta(of name: String) -> String {
        if let key = deltas[name] { return key }
        let key = "delta.\(name)"
        deltas[name] = key
        return key
    }
}
