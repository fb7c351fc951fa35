extension BrokerEngine {
    struct Delivery {
        let entry: BrokerQueue.Entry
        let connection: BrokerConnectionID
        let tag: UInt64?
    }

    /// A prefetch of 0 means that nothing is acknowledged.
    mutating func consume(
        _ queue: BrokerQueueID, by connection: BrokerConnectionID, prefetch: Int, into outputs: inout [BrokerOutput]
    ) throws(BrokerError) -> BrokerConsumerID {
        let slot = try accessibleQueue(queue, by: connection)
        guard let owner = connectionSlot(connection) else { throw .notConnected }
        let id = BrokerConsumerID(queue: queue, number: connections[owner].nextTag)
        connections[owner].nextTag += 1
        var consumer = BrokerQueue.Consumer(number: id.number, connection: connection, prefetch: max(0, prefetch))
        consumer.isReached = !isSplit || connections[owner].side == queues[slot].side
        queues[slot].consumers.append(consumer)
        if queues[slot].owner == nil, !connections[owner].consumedQueues.contains(queue) {
            connections[owner].consumedQueues.append(queue)
        }
        settle(slot, &outputs)
        return id
    }

    /// Stops deliveries; what the consumer has not acknowledged it may still acknowledge.
    mutating func cancel(
        _ id: BrokerConsumerID, of connection: BrokerConnectionID, into outputs: inout [BrokerOutput]
    ) {
        guard let slot = queueSlot(id.queue) else { return }
        queues[slot].consumers.removeAll { $0.number == id.number && $0.connection == connection }
        settle(slot, &outputs)
    }

    mutating func take(
        _ queue: BrokerQueueID, now: UInt64, into outputs: inout [BrokerOutput]
    ) -> Delivery? {
        guard let slot = queueSlot(queue) else { return nil }
        let (taken, turn, expired) = queues[slot].take(now: now)
        counters.expired += expired
        guard let entry = taken, let consumer = turn else { return nil }
        var tag: UInt64?
        if consumer.prefetch > 0, let owner = connectionSlot(consumer.connection) {
            let next = connections[owner].nextTag
            connections[owner].nextTag += 1
            connections[owner].unacknowledged[next] = Unacknowledged(
                consumer: BrokerConsumerID(queue: queue, number: consumer.number), entry: entry)
            tag = next
        }
        counters.delivered += 1
        return Delivery(entry: entry, connection: consumer.connection, tag: tag)
    }

    /// False if there is no such delivery (any more).
    mutating func acknowledge(
        _ tag: UInt64, on connection: BrokerConnectionID, requeues: Bool, into outputs: inout [BrokerOutput]
    ) -> Bool {
        guard let owner = connectionSlot(connection),
            let held = connections[owner].unacknowledged.removeValue(forKey: tag)
        else { return false }
        if requeues { counters.requeued += 1 } else { counters.acknowledged += 1 }
        guard let slot = queueSlot(held.consumer.queue) else { return true }
        let number = held.consumer.number
        let index = queues[slot].consumers.firstIndex { $0.number == number && $0.connection == connection }
        if let index { queues[slot].consumers[index].unacknowledged -= 1 }
        if requeues { queues[slot].giveBack(held.entry) }
        settle(slot, &outputs)
        return true
    }
}
