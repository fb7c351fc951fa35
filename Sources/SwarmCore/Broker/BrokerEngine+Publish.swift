import DequeModule

extension BrokerEngine {
    /// False if the broker did not take it: the connection is dead, the message or its key too large, or the
    /// connection is blocked and has published all that its socket buffers.
    mutating func publish(
        _ publication: Publication, by id: BrokerConnectionID, now: UInt64, into outputs: inout [BrokerOutput]
    ) -> Bool {
        guard let slot = connectionSlot(id), publication.size <= limits.messageBytes,
            publication.destination.key.utf8.count <= limits.nameBytes
        else {
            counters.refused += 1
            return false
        }
        if hasAlarm { return wait(publication, slot: slot, id: id, into: &outputs) }
        route(publication, id: id, side: connections[slot].side, now: now, into: &outputs)
        return true
    }

    /// Publishing connections are told of the alarm by their first message into it, as RabbitMQ does.
    private mutating func wait(
        _ publication: Publication, slot: Int, id: BrokerConnectionID, into outputs: inout [BrokerOutput]
    ) -> Bool {
        if !connections[slot].isBlocked {
            connections[slot].isBlocked = true
            outputs.append(.blocked(id))
        }
        guard connections[slot].blockedBytes + publication.size <= limits.blockedBytes else {
            counters.refused += 1
            return false
        }
        // A small sum for what AMQP adds, so that empty bodies have a limit too.
        connections[slot].blockedBytes += publication.size + 64
        waiting.append(Waiting(publication: publication, connection: id))
        return true
    }

    private mutating func route(
        _ publication: Publication, id: BrokerConnectionID, side: Int, now: UInt64,
        into outputs: inout [BrokerOutput]
    ) {
        counters.published += 1
        var isRouted = false
        switch publication.destination {
        case .queue(let name):
            if let queue = queueSlots[name] {
                isRouted = offer(publication, to: queue, from: side, now: now, into: &outputs)
            }
        case .exchange(let exchange, let key):
            guard exchanges.indices.contains(exchange.index) else { break }
            for queue in exchanges[exchange.index].queues(for: key)
            where offer(publication, to: queue, from: side, now: now, into: &outputs) {
                isRouted = true
            }
        }
        guard !isRouted else { return }
        counters.unroutable += 1
        if let returnID = publication.returnID { outputs.append(.returned(id, id: returnID)) }
    }

    /// False if the queue is not there for this side of a split.
    private mutating func offer(
        _ publication: Publication, to slot: Int, from side: Int, now: UInt64, into outputs: inout [BrokerOutput]
    ) -> Bool {
        if isSplit, queues[slot].side != side {
            if !returnsAcrossSplit { counters.lost += 1 }
            return !returnsAcrossSplit
        }
        queues[slot].append(publication.carried, size: publication.size, lifetime: publication.lifetime, now: now)
        counters.queued += 1
        settle(slot, &outputs)
        return true
    }

    /// Enforces the limits of a queue and tells if it has become ready.
    mutating func settle(_ slot: Int, _ outputs: inout [BrokerOutput]) {
        guard let id = queueIDs[slot] else { return }
        let (dropped, becameReady) = queues[slot].settle()
        if dropped > 0 {
            counters.dropped += dropped
            outputs.append(.dropped(id, count: dropped))
        }
        if becameReady { outputs.append(.ready(id)) }
    }

    /// The memory or disk alarm: while it is on, nothing is read from connections that publish.
    mutating func setAlarm(_ isOn: Bool, now: UInt64, into outputs: inout [BrokerOutput]) {
        guard isOn != hasAlarm else { return }
        hasAlarm = isOn
        guard !isOn else { return }
        for id in liveConnections {
            guard let slot = connectionSlot(id), connections[slot].isBlocked else { continue }
            connections[slot].isBlocked = false
            connections[slot].blockedBytes = 0
            outputs.append(.unblocked(id))
        }
        while let next = waiting.popFirst() {
            guard let slot = connectionSlot(next.connection) else { continue }
            let side = connections[slot].side
            route(next.publication, id: next.connection, side: side, now: now, into: &outputs)
        }
    }
}
