import DequeModule
import SwarmCore

extension InMemoryFabric {
    mutating func addNode(_ context: TransportContext) -> Int {
        let node = InMemoryNode(context: context, configuration: configuration)
        if let free = nodes.firstIndex(where: \.isGone) {
            nodes[free] = node
            return free
        }
        nodes.append(node)
        return nodes.count - 1
    }

    mutating func removeNode(_ number: Int) {
        if let link = nodes[number].link { disconnect(link.connection, reason: "the node has gone") }
        nodes[number].end()
        nodes[number].isGone = true
        settle()
    }

    mutating func begin(_ number: Int, _ clock: AsyncStream<Void>.Continuation) throws(SwarmError) {
        guard !nodes[number].isRunning else {
            throw SwarmError(.invalidArgument, "run() of this connection has been called already; call it once")
        }
        nodes[number].begin(clock)
    }

    mutating func end(_ number: Int) {
        if let link = nodes[number].link { disconnect(link.connection, reason: "the node has stopped") }
        nodes[number].end()
        settle()
    }

    /// What the node is to be told next; nil puts its task to sleep until something happens.
    mutating func next(_ number: Int) throws(SwarmError) -> TransportEvent? {
        try connectIfPossible(number)
        if let event = nodes[number].nextNote() { return event }
        if let frame = nextFrame(number) { return .received(frame) }
        nodes[number].sleep()
        return nil
    }

    private mutating func nextFrame(_ number: Int) -> InboundFrame? {
        guard let link = nodes[number].link else { return nil }
        // Settled here, too: what is taken may make something else ready or drop it.
        defer { if !outputs.isEmpty { settle() } }
        if let frame = take(link.heartbeatQueue, .heartbeat, link) { return frame }
        let first = link.isDirectNext ? link.directQueue : link.controlQueue
        let second = link.isDirectNext ? link.controlQueue : link.directQueue
        nodes[number].link?.isDirectNext.toggle()
        if let frame = take(first, .control, link) ?? take(second, .control, link) { return frame }
        if let queue = link.groupQueue, let frame = take(queue, .group, link) { return frame }
        return nodes[number].requests.popFirst()
    }

    private mutating func take(_ queue: BrokerQueueID, _ lane: TransportLane, _ link: InMemoryNode.Link)
        -> InboundFrame?
    {
        guard model.isReady(queue), let delivery = model.take(queue, now: now, into: &outputs) else { return nil }
        let receipt = delivery.tag.map { FrameReceipt(lane: lane, connection: link.epoch, tag: $0) }
        return InboundFrame(delivery, lane: lane, receipt: receipt)
    }

    // MARK: Connecting

    private mutating func connectIfPossible(_ number: Int) throws(SwarmError) {
        guard nodes[number].wantsConnection, model.isRunning, !cutNames.contains(nodes[number].name) else { return }
        let context = nodes[number].context
        do {
            try connect(number, context)
        } catch .resourceLocked {
            throw SwarmError(
                .nameTaken,
                "a live node named \(context.node.name) is in the cluster \(context.cluster); choose another name")
        } catch {
            throw SwarmError(.overloaded, "the in-memory broker refuses the connection (\(error)); stop other nodes")
        }
        flush(number)
        settle()
    }

    private mutating func connect(_ number: Int, _ context: TransportContext) throws(BrokerError) {
        let name = context.node.name
        let connection = try model.connect(userID: users[name] ?? configuration.userID)
        do {
            let prefix = "swarm.\(context.cluster)"
            _ = try model.declareExclusiveQueue("\(prefix).name.\(name)", by: connection)
            let epoch = UInt64(takeNumber())
            let link = try makeLink(connection, epoch, context, prefix: "\(prefix).\(name).\(epoch)")
            parties[connection] = .node(number)
            model.setSide(sides[name] ?? 0, of: connection, into: &outputs)
            queueUses[link.heartbeatQueue] = .lane(.heartbeat, node: number)
            queueUses[link.controlQueue] = .lane(.control, node: number)
            queueUses[link.directQueue] = .lane(.control, node: number)
            if let queue = link.groupQueue { queueUses[queue] = .lane(.group, node: number) }
            nodes[number].link = link
            nodes[number].note(.connected(queue: model.name(of: link.heartbeatQueue) ?? ""))
            for binding in nodes[number].orderedBindings { establish(binding, of: number) }
            if nodes[number].servesRequests { startServing(number) }
        } catch {
            model.disconnect(connection, into: &outputs)
            throw error
        }
    }

    /// Declares the queues of a node, binds what every node hears, and consumes.
    private mutating func makeLink(
        _ connection: BrokerConnectionID, _ epoch: UInt64, _ context: TransportContext, prefix: String
    ) throws(BrokerError) -> InMemoryNode.Link {
        let exchanges = try exchanges(of: context.cluster)
        let heartbeats = try model.declareExclusiveQueue(
            "\(prefix).heartbeats", by: connection, options: configuration.heartbeatQueue)
        let control = try model.declareExclusiveQueue(
            "\(prefix).control", by: connection, options: configuration.controlQueue)
        let direct = try model.declareExclusiveQueue(
            "\(prefix).direct", by: connection, options: configuration.controlQueue)
        var groups: BrokerQueueID?
        if let exchange = exchanges[.control] {
            try model.bind(control, to: exchange, key: TransportKey.everyDelta, by: connection)
            try model.bind(control, to: exchange, key: TransportKey.all, by: connection)
        }
        if let exchange = exchanges[.direct] {
            try model.bind(direct, to: exchange, key: TransportKey.direct(to: context.node), by: connection)
        }
        _ = try model.consume(heartbeats, by: connection, into: &outputs)
        _ = try model.consume(control, by: connection, into: &outputs)
        _ = try model.consume(direct, by: connection, prefetch: configuration.directPrefetch, into: &outputs)
        if !context.isClient {
            let queue = try model.declareExclusiveQueue(
                "\(prefix).groups", by: connection, options: configuration.groupQueue)
            _ = try model.consume(queue, by: connection, prefetch: configuration.groupPrefetch, into: &outputs)
            groups = queue
        }
        return InMemoryNode.Link(
            connection: connection, epoch: epoch, exchanges: exchanges, heartbeatQueue: heartbeats,
            controlQueue: control, directQueue: direct, groupQueue: groups)
    }

    mutating func exchanges(of cluster: String) throws(BrokerError) -> [TransportExchange: BrokerExchangeID] {
        var found: [TransportExchange: BrokerExchangeID] = [:]
        for exchange in TransportExchange.allCases {
            found[exchange] = try model.declareExchange(exchange.name(in: cluster))
        }
        return found
    }

    // MARK: Bindings

    mutating func bind(_ binding: TransportBinding, of number: Int) {
        if case .group = binding, nodes[number].context.isClient { return }
        nodes[number].add(binding)
        establish(binding, of: number)
        wake(number)
        settle()
    }

    mutating func unbind(_ binding: TransportBinding, of number: Int) {
        guard nodes[number].remove(binding), let link = nodes[number].link,
            let (queue, exchange, key) = place(of: binding, link)
        else { return }
        try? model.unbind(queue, from: exchange, key: key, by: link.connection)
        settle()
    }

    /// Binds, and says so, if the node is connected; else it is done when it connects.
    private mutating func establish(_ binding: TransportBinding, of number: Int) {
        guard let link = nodes[number].link, let (queue, exchange, key) = place(of: binding, link) else { return }
        // Only a key that AMQP cannot carry is refused; nothing could ever arrive under it.
        guard (try? model.bind(queue, to: exchange, key: key, by: link.connection)) != nil else { return }
        nodes[number].note(.bound(binding))
    }

    private func place(
        of binding: TransportBinding, _ link: InMemoryNode.Link
    ) -> (queue: BrokerQueueID, exchange: BrokerExchangeID, key: String)? {
        switch binding {
        case .heartbeats(let name):
            guard let exchange = link.exchanges[.control] else { return nil }
            return (link.heartbeatQueue, exchange, name.map(TransportKey.heartbeat(of:)) ?? TransportKey.everyHeartbeat)
        case .group(let pattern):
            guard let exchange = link.exchanges[.groups], let queue = link.groupQueue else { return nil }
            return (queue, exchange, pattern)
        }
    }

    // MARK: Requests from outside

    mutating func serveRequests(_ serves: Bool, node number: Int) {
        guard !nodes[number].context.isClient, nodes[number].servesRequests != serves else { return }
        nodes[number].servesRequests = serves
        if serves {
            startServing(number)
        } else if let link = nodes[number].link, let consumer = link.requestConsumer {
            model.cancel(consumer, of: link.connection, into: &outputs)
            nodes[number].link?.requestConsumer = nil
        }
        settle()
    }

    private mutating func startServing(_ number: Int) {
        guard let link = nodes[number].link, let exchange = link.exchanges[.requests] else { return }
        // A node without this queue is a node all the same: others answer then.
        guard let queue = try? requestQueue(of: nodes[number].context.cluster, exchange) else { return }
        let consumer = try? model.consume(
            queue, by: link.connection, prefetch: configuration.requestPrefetch, into: &outputs)
        nodes[number].link?.requestConsumer = consumer
    }

    private mutating func requestQueue(
        of cluster: String, _ exchange: BrokerExchangeID
    ) throws(BrokerError) -> BrokerQueueID {
        let queue = try model.declareSharedQueue(
            TransportExchange.requests.name(in: cluster), options: configuration.requestQueue)
        try model.bind(queue, to: exchange, key: "#")
        queueUses[queue] = .requests
        return queue
    }

    mutating func acknowledge(_ receipt: FrameReceipt, node number: Int) {
        guard let link = nodes[number].link, link.epoch == receipt.connection else { return }
        model.acknowledge(receipt.tag, on: link.connection, into: &outputs)
        settle()
    }
}
