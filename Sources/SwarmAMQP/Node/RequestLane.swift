import Logging
import Swarm

/// A node's part in the shared queue of requests from outside. A node works without it: what fails here is logged and
/// tried again later.
struct RequestLane {
    private static let retryAfter: Duration = .seconds(30)
    private static let tag = "request"

    private let logger: Logger
    private var isChannelOpen = false
    private var isConsuming = false
    private var retryAt: ContinuousClock.Instant?

    init(logger: Logger) { self.logger = logger }

    /// A new connection.
    mutating func reset() { self = RequestLane(logger: logger) }

    /// The broker ended the consumer, or the whole channel.
    mutating func interrupted(isChannelOpen: Bool) {
        self.isChannelOpen = isChannelOpen
        isConsuming = false
        retryAt = .now + .seconds(1)
    }

    /// Begins or ends consuming, as wanted. `open` opens the lane's channel and sets its prefetch.
    mutating func update(
        wanted: Bool, _ topology: NodeTopology, _ session: BrokerSession,
        open: (TransportLane) throws(ConnectionFailure) -> Void
    ) throws(ConnectionFailure) {
        guard wanted != isConsuming else { return }
        let channel = TransportLane.request.channel
        guard wanted else {
            isConsuming = false
            try session.call(.cancel(tag: Self.tag), on: channel)
            return
        }
        if let retryAt, .now < retryAt { return }
        do throws(ConnectionFailure) {
            if !isChannelOpen { try open(.request) }
            isChannelOpen = true
            try begin(topology, session, open: open)
            isConsuming = true
        } catch .channelClosed(channel, let refusal) {
            isChannelOpen = false
            retryAt = .now + Self.retryAfter
            logger.warning(
                "The queue of requests from outside is not available; trying again later.",
                metadata: [AMQPLoggingKey.queue: "\(topology.requestQueue)", AMQPLoggingKey.reason: "\(refusal)"])
        }
    }

    private mutating func begin(
        _ topology: NodeTopology, _ session: BrokerSession,
        open: (TransportLane) throws(ConnectionFailure) -> Void
    ) throws(ConnectionFailure) {
        let channel = TransportLane.request.channel
        do throws(ConnectionFailure) {
            try session.call(.declareQueue(topology.requests), on: channel)
        } catch .channelClosed(channel, let refusal)
            where refusal.code == BrokerRefusal.preconditionFailed || refusal.code == BrokerRefusal.accessRefused
        {
            // It stands with other arguments, or was made by an administrator: then it is used as it is.
            try open(.request)
            let existing = QueueDeclaration(name: topology.requestQueue, passive: true)
            try session.call(.declareQueue(existing), on: channel)
        }
        for (exchange, key) in topology.bindings(.request) {
            let name = exchange.name(in: topology.cluster)
            try session.call(.bind(queue: topology.requestQueue, exchange: name, key: key), on: channel)
        }
        try session.call(
            .consume(queue: topology.requestQueue, tag: Self.tag, acknowledges: true), on: channel)
    }
}
