import Logging
import Swarm

/// The consuming connection of a node, on a thread of its own: declares and binds, holds the lock of the node's name,
/// receives and acknowledges. It never publishes, so an alarm at the broker does not stop it.
///
/// Heartbeats are not acknowledged. All other lanes have a prefetch: deltas and verdicts are acknowledged when they have
/// been handed on; frames of the direct exchange, of groups and requests carry a receipt and are acknowledged when it
/// is given back, which for a request has to be before it is executed.
final class NodeConsumer: ConnectionRole {
    let label = "consumer"
    let link: NodeLink
    let connections: ConnectionContext
    private let reporter: FailureReporter
    private let filter: InboundFilter
    /// Counts connections, to tell receipts of an earlier one.
    private var generation: UInt64 = 0
    private var session: BrokerSession?
    private var windows: [TransportLane: AcknowledgementWindow] = [:]
    private var bound: Set<TransportBinding> = []
    private var receipts: [FrameReceipt] = []
    private var rejections = LogLimiter()
    private var requestLane: RequestLane

    init(_ link: NodeLink, _ connections: ConnectionContext, reporter: FailureReporter) {
        self.link = link
        self.connections = connections
        self.reporter = reporter
        filter = InboundFilter(link.context, user: connections.endpoint.user, options: connections.options)
        requestLane = RequestLane(logger: link.context.logger)
    }

    func serve(_ connection: BrokerConnection) throws(ConnectionFailure) {
        generation += 1
        windows = [:]
        bound = []
        requestLane.reset()
        _ = link.takeConsumerRestart()
        let session = BrokerSession(
            connection, options: connections.options, wake: link.consumerWake, stop: link.stop
        ) { [unowned self] event throws(ConnectionFailure) in
            try handle(event)
        }
        self.session = session
        defer { self.session = nil }
        let topology = NodeTopology(
            cluster: link.context.cluster, node: link.context.node, options: connections.options,
            suffix: "\(generation)-\(String(UInt32.random(in: .min ... .max), radix: 36))")
        try setUp(topology, session)
        while !link.stop.isSet {
            try acknowledge(session)
            try applyBindingChanges(topology, session)
            try updateRequestLane(topology, session)
            if link.takeConsumerRestart() { throw .lost("an exchange of the cluster is gone") }
            try session.run(for: .seconds(5))
        }
        try acknowledge(session)
        session.close()
    }

    func failed(_ failure: ConnectionFailure) -> Bool { reporter.report(failure, of: .consumer) }

    var nudge: WakeSignal { link.consumerNudge }

    func idle() {}

    // MARK: Setting up

    private func setUp(_ topology: NodeTopology, _ session: BrokerSession) throws(ConnectionFailure) {
        let setup = TransportLane.setupChannel
        try session.openChannel(setup)
        for exchange in TransportExchange.allCases {
            try session.declareExchange(exchange.name(in: topology.cluster), on: setup)
        }
        try NameLock(link, timeout: connections.options.effectiveNameLockTimeout).acquire(topology, session)
        let lanes: [TransportLane] = link.context.isClient ? [.heartbeat, .control] : [.heartbeat, .control, .group]
        for lane in lanes {
            try open(lane, session, topology)
            guard let queue = topology.declaration(lane) else { continue }
            try session.call(.declareQueue(queue), on: lane.channel)
            for (exchange, key) in topology.bindings(lane) {
                let name = exchange.name(in: topology.cluster)
                try session.call(.bind(queue: queue.name, exchange: name, key: key), on: lane.channel)
            }
        }
        let bindings = link.bindings.takeAll()
        for binding in bindings { try bind(binding, topology, session) }
        for lane in lanes {
            try session.call(
                .consume(queue: topology.queue(lane), tag: "\(lane)", acknowledges: topology.prefetch(lane) != nil),
                on: lane.channel)
        }
        try updateRequestLane(topology, session)
        reporter.connected()
        link.publisherNudge.set()
        link.gate.consumerReady(queue: topology.queue(.heartbeat), bound: bindings.filter(bound.contains))
        link.publisherWake.set()
    }

    private func open(
        _ lane: TransportLane, _ session: BrokerSession, _ topology: NodeTopology
    ) throws(ConnectionFailure) {
        try session.openChannel(lane.channel)
        windows[lane] = nil
        guard let prefetch = topology.prefetch(lane) else { return }
        windows[lane] = AcknowledgementWindow()
        try session.call(.prefetch(prefetch), on: lane.channel)
    }

    private func updateRequestLane(
        _ topology: NodeTopology, _ session: BrokerSession
    ) throws(ConnectionFailure) {
        guard !link.context.isClient else { return }
        try requestLane.update(wanted: link.servesRequests, topology, session) { lane throws(ConnectionFailure) in
            try open(lane, session, topology)
        }
    }

    // MARK: Bindings

    private func applyBindingChanges(
        _ topology: NodeTopology, _ session: BrokerSession
    ) throws(ConnectionFailure) {
        for (binding, isWanted) in link.bindings.takeChanges() {
            if isWanted {
                if !bound.contains(binding) { try bind(binding, topology, session) }
                if bound.contains(binding) { link.gate.bound(binding) }
            } else if bound.remove(binding) != nil {
                link.gate.unbound(binding)
                let (lane, exchange) = binding.target
                try session.call(
                    .unbind(
                        queue: topology.queue(lane), exchange: exchange.name(in: topology.cluster), key: binding.key),
                    on: lane.channel)
            }
        }
    }

    private func bind(
        _ binding: TransportBinding, _ topology: NodeTopology, _ session: BrokerSession
    ) throws(ConnectionFailure) {
        let (lane, exchange) = binding.target
        guard lane != .group || !link.context.isClient else { return }
        do throws(ConnectionFailure) {
            try session.call(
                .bind(queue: topology.queue(lane), exchange: exchange.name(in: topology.cluster), key: binding.key),
                on: lane.channel)
            bound.insert(binding)
        } catch .unsendable(let reason) {
            link.context.logger.error(
                "A group cannot be bound: \(reason)", metadata: [AMQPLoggingKey.key: "\(binding.key)"])
        }
    }

    // MARK: Receiving

    private func handle(_ event: SessionEvent) throws(ConnectionFailure) {
        switch event {
        case .message(let message): receive(message, isOversized: false)
        case .oversized(let message): receive(message, isOversized: true)
        case .consumerCancelled(let channel, _), .channelClosed(let channel, _):
            guard channel == TransportLane.request.channel else {
                throw .lost("the broker ended the consumer of a queue (\(event))")
            }
            var isOpen = true
            if case .channelClosed = event { isOpen = false }
            requestLane.interrupted(isChannelOpen: isOpen)
        case .blocked, .unblocked, .confirmed: break
        }
    }

    private func receive(_ message: BrokerMessage, isOversized: Bool) {
        guard case .delivered(let delivery) = message.origin, let lane = TransportLane(channel: message.channel) else {
            return
        }
        windows[lane]?.delivered(delivery.tag)
        let verdict = isOversized ? .reject("larger than the limit") : filter.judge(delivery, message.properties, lane)
        switch verdict {
        case .accept(let exchange):
            link.metrics.delivered(lane)
            let isReceiptRequired = lane == .group || lane == .request || exchange == .direct
            if !isReceiptRequired { windows[lane]?.acknowledge(delivery.tag) }
            let receipt = FrameReceipt(lane: lane, connection: generation, tag: delivery.tag)
            let properties = message.properties
            link.gate.send(
                .received(
                    InboundFrame(
                        lane: lane, exchange: exchange, key: delivery.key, body: message.body,
                        userID: properties.userID, isRedelivered: delivery.isRedelivered,
                        contentType: properties.contentType, correlationID: properties.correlationID,
                        replyTo: properties.replyTo, headers: properties.headers,
                        receipt: isReceiptRequired ? receipt : nil)))
        case .ignore:
            windows[lane]?.acknowledge(delivery.tag)
        case .reject(let reason):
            windows[lane]?.acknowledge(delivery.tag)
            link.metrics.rejected(lane)
            guard let kept = rejections.admit(now: Uptime.nanoseconds()) else { return }
            link.context.logger.warning(
                "Messages were dropped: \(reason)",
                metadata: [
                    AMQPLoggingKey.lane: "\(lane)", AMQPLoggingKey.key: "\(delivery.key)",
                    AMQPLoggingKey.user: "\(message.properties.userID ?? "")", AMQPLoggingKey.count: "\(kept + 1)",
                ])
        }
    }

    private func acknowledge(_ session: BrokerSession) throws(ConnectionFailure) {
        link.takeReceipts(&receipts)
        for receipt in receipts where receipt.connection == generation {
            windows[receipt.lane]?.acknowledge(receipt.tag)
        }
        for lane in TransportLane.allCases {
            for batch in windows[lane]?.flush() ?? [] {
                try session.connection.send(
                    .acknowledge(tag: batch.tag, multiple: batch.multiple), on: lane.channel)
            }
        }
    }
}

extension TransportBinding {
    /// The lane that is bound, and to which exchange.
    fileprivate var target: (TransportLane, TransportExchange) {
        switch self {
        case .heartbeats: (.heartbeat, .control)
        case .group: (.group, .groups)
        }
    }
}
