import SwarmCore

extension InMemoryFabric {
    mutating func addClient(cluster: String, user: String?) -> Int {
        let number = takeNumber()
        clients[number] = InMemoryClientState(cluster: cluster, user: user)
        return number
    }

    mutating func removeClient(_ number: Int) {
        disconnectClient(number)
        clients[number] = nil
    }

    mutating func disconnectClient(_ number: Int) {
        if let link = clients[number]?.link { disconnect(link.connection, reason: "the client has gone") }
        settle()
    }

    /// Publishes once; false if no queue took it. While the broker is blocked that is not known, and true.
    mutating func publish(_ frame: OutboundFrame, client number: Int) throws(SwarmError) -> Bool {
        let link = try connected(client: number)
        guard let returnID = clients[number]?.takeReturnID() else { return false }
        clients[number]?.publishing = returnID
        try send(frame, link, returnID: returnID)
        settle()
        defer { clients[number]?.publishing = nil }
        return clients[number]?.publishing != nil
    }

    /// Publishes a frame that wants an answer. The waiter hears of it, whatever happens.
    mutating func request(
        _ frame: OutboundFrame, correlationID: String, client number: Int,
        _ waiter: InMemoryClientState.Waiter
    ) {
        do throws(SwarmError) {
            let link = try connected(client: number)
            guard let state = clients[number], state.pending.count < InMemoryClientState.pendingLimit else {
                throw SwarmError(.overloaded, "too many requests wait for an answer; wait for some of them")
            }
            guard state.pending[correlationID] == nil, let returnID = clients[number]?.takeReturnID() else {
                throw SwarmError(.invalidArgument, "the correlation id is in use; choose another")
            }
            clients[number]?.pending[correlationID] = .init(waiter: waiter, returnID: returnID)
            clients[number]?.correlations[returnID] = correlationID
            var frame = frame
            frame.correlationID = correlationID
            frame.replyTo = link.replyQueueName
            do throws(SwarmError) {
                try send(frame, link, returnID: returnID)
            } catch {
                fail(correlationID, error, client: number)
            }
        } catch {
            followups.append(.answer(waiter, .failure(error)))
        }
        settle()
    }

    mutating func fail(_ correlationID: String, _ error: any Error, client number: Int) {
        guard let pending = clients[number]?.takePending(correlationID) else { return }
        followups.append(.answer(pending.waiter, .failure(error)))
    }

    mutating func subscribe(
        to pattern: String, client number: Int, _ continuation: AsyncStream<InboundFrame>.Continuation
    ) throws(SwarmError) {
        let link = try connected(client: number)
        do throws(BrokerError) {
            guard let exchange = link.exchanges[.groups] else { throw .notFound }
            let queue = try model.declareExclusiveQueue(by: link.connection, options: configuration.clientQueue)
            try model.bind(queue, to: exchange, key: pattern, by: link.connection)
            queueUses[queue] = .subscription(client: number)
            clients[number]?.subscriptions[queue] = continuation
            _ = try model.consume(queue, by: link.connection, into: &outputs)
        } catch {
            throw SwarmError(.invalidArgument, "the broker refuses the subscription: \(error); check the pattern")
        }
        settle()
    }

    mutating func received(_ delivery: BrokerDelivery<InMemoryFrame>, client number: Int) {
        let frame = InboundFrame(delivery, lane: .request, receipt: nil)
        if let continuation = clients[number]?.subscriptions[delivery.queue] {
            followups.append(.deliver(continuation, frame))
        } else if let id = frame.correlationID, let pending = clients[number]?.pending[id] {
            if case .first = pending.waiter { _ = clients[number]?.takePending(id) }
            followups.append(.answer(pending.waiter, .success(frame)))
        }
    }

    mutating func returned(_ id: UInt64, client number: Int) {
        if clients[number]?.publishing == id { clients[number]?.publishing = nil }
        guard let correlationID = clients[number]?.correlations[id] else { return }
        fail(
            correlationID, SwarmError(.notReady, "no node of the cluster takes requests; start one, or wait for it"),
            client: number)
    }

    mutating func lostConnection(client number: Int) {
        guard let client = clients[number] else { return }
        clients[number]?.link = nil
        if let link = client.link { queueUses[link.replyQueue] = nil }
        for queue in client.subscriptions.keys.sorted() {
            queueUses[queue] = nil
            if let continuation = client.subscriptions[queue] { followups.append(.finish(continuation)) }
        }
        clients[number]?.subscriptions = [:]
        for id in client.pending.keys.sorted() {
            fail(id, SwarmError(.disconnected, "the broker was lost; ask again", mayHaveExecuted: true), client: number)
        }
    }

    private mutating func connected(client number: Int) throws(SwarmError) -> InMemoryClientState.Link {
        guard let client = clients[number] else { throw SwarmError(.stopped, "the client has been closed") }
        if let link = client.link { return link }
        do throws(BrokerError) {
            let connection = try model.connect(userID: client.user)
            let name = "swarm.\(client.cluster).client.\(takeNumber())"
            let queue = try model.declareExclusiveQueue(name, by: connection, options: configuration.clientQueue)
            let link = InMemoryClientState.Link(
                connection: connection, exchanges: try exchanges(of: client.cluster), replyQueue: queue,
                replyQueueName: name)
            _ = try model.consume(queue, by: connection, into: &outputs)
            parties[connection] = .client(number)
            queueUses[queue] = .replies(client: number)
            clients[number]?.link = link
            return link
        } catch {
            throw SwarmError(.disconnected, "the in-memory broker takes no connection (\(error)); try again later")
        }
    }

    private mutating func send(
        _ frame: OutboundFrame, _ link: InMemoryClientState.Link, returnID: UInt64
    ) throws(SwarmError) {
        guard canCarry(frame) else {
            throw SwarmError(.tooLarge, "the message or its key is larger than AMQP allows; make it smaller")
        }
        let destination: BrokerDestination
        switch frame.destination {
        case .queue(let name): destination = .queue(name)
        case .exchange(let exchange, let key):
            guard let id = link.exchanges[exchange] else { return }
            destination = .exchange(id, key: key)
        }
        let isTaken = model.publish(
            InMemoryFrame(frame), to: destination, by: link.connection, size: frame.body.count, returnID: returnID,
            lifetime: lifetime(of: frame), now: now, into: &outputs)
        guard isTaken else {
            throw SwarmError(.overloaded, "the broker reads nothing from its clients; try again later")
        }
    }
}
