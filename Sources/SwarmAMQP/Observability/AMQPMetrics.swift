import Metrics
import Swarm

/// What the RabbitMQ transport counts, with the dimensions `cluster`, `node` and, where it makes sense, `lane`.
struct AMQPMetrics: Sendable {
    /// `swarm_amqp_published_total`: messages written to the broker.
    private let published: [Metrics.Counter]
    /// `swarm_amqp_delivered_total`: messages received and accepted.
    private let delivered: [Metrics.Counter]
    /// `swarm_amqp_dropped_total`: outgoing messages dropped because a limit was reached or their time had passed.
    private let dropped: [Metrics.Counter]
    /// `swarm_amqp_rejected_total`: messages received from users or through exchanges that may not send them.
    private let rejected: [Metrics.Counter]
    /// `swarm_amqp_outbound_depth`: messages that wait to be sent.
    private let depth: [Gauge]
    /// `swarm_amqp_returned_total`: messages that no queue took.
    private let returned: Metrics.Counter
    /// `swarm_amqp_connected_total`: times the connection was made.
    private let connected: Metrics.Counter
    /// `swarm_amqp_disconnected_total`: times the connection was lost.
    private let disconnected: Metrics.Counter
    /// `swarm_amqp_blocked_total`: times the broker stopped taking messages (memory or disk alarm).
    private let blocked: Metrics.Counter
    /// `swarm_amqp_hung_total`: connections given up because a write hung.
    private let hung: Metrics.Counter

    init(cluster: String, node: String) {
        let base = [("cluster", cluster), ("node", node)]
        func counters(_ label: String) -> [Metrics.Counter] {
            TransportLane.allCases.map { Metrics.Counter(label: label, dimensions: base + [("lane", "\($0)")]) }
        }
        published = counters("swarm_amqp_published_total")
        delivered = counters("swarm_amqp_delivered_total")
        dropped = counters("swarm_amqp_dropped_total")
        rejected = counters("swarm_amqp_rejected_total")
        depth = TransportLane.allCases.map {
            Gauge(label: "swarm_amqp_outbound_depth", dimensions: base + [("lane", "\($0)")])
        }
        returned = Metrics.Counter(label: "swarm_amqp_returned_total", dimensions: base)
        connected = Metrics.Counter(label: "swarm_amqp_connected_total", dimensions: base)
        disconnected = Metrics.Counter(label: "swarm_amqp_disconnected_total", dimensions: base)
        blocked = Metrics.Counter(label: "swarm_amqp_blocked_total", dimensions: base)
        hung = Metrics.Counter(label: "swarm_amqp_hung_total", dimensions: base)
    }

    /// What happens to a connection, or to single messages.
    enum Occurrence { case returned, connected, disconnected, blocked, hung }

    func count(_ occurrence: Occurrence) {
        switch occurrence {
        case .returned: returned.increment()
        case .connected: connected.increment()
        case .disconnected: disconnected.increment()
        case .blocked: blocked.increment()
        case .hung: hung.increment()
        }
    }

    func published(_ lane: TransportLane) { published[Int(lane.rawValue)].increment() }
    func delivered(_ lane: TransportLane) { delivered[Int(lane.rawValue)].increment() }
    func rejected(_ lane: TransportLane) { rejected[Int(lane.rawValue)].increment() }
    func dropped(_ lane: TransportLane, _ count: Int) { dropped[Int(lane.rawValue)].increment(by: count) }
    func depth(_ lane: TransportLane, _ count: Int) { depth[Int(lane.rawValue)].record(count) }
}
