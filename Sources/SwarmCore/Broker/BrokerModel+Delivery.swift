extension BrokerModel {
    /// - Parameter prefetch: How many unacknowledged messages the consumer may have; 0 if it acknowledges nothing.
    /// - Throws: ``BrokerError/resourceLocked`` if the queue is exclusive to another connection.
    package mutating func consume(
        _ queue: BrokerQueueID, by connection: BrokerConnectionID, prefetch: Int = 0,
        into outputs: inout [BrokerOutput]
    ) throws(BrokerError) -> BrokerConsumerID {
        try engine.consume(queue, by: connection, prefetch: prefetch, into: &outputs)
    }

    /// Ends a consumer; what it has not acknowledged it may still acknowledge.
    package mutating func cancel(
        _ consumer: BrokerConsumerID, of connection: BrokerConnectionID, into outputs: inout [BrokerOutput]
    ) {
        engine.cancel(consumer, of: connection, into: &outputs)
    }

    /// Whether the queue has a message and a consumer with room for it. (All its messages may have expired, though.)
    package func isReady(_ queue: BrokerQueueID) -> Bool {
        engine.queueSlot(queue).map { engine.queues[$0].isReady } ?? false
    }

    /// When the oldest message came, for drivers that deliver after a delay.
    package func headTime(of queue: BrokerQueueID) -> UInt64? {
        engine.queueSlot(queue).flatMap { engine.queues[$0].entries.first?.queuedAt }
    }

    /// Delivers the oldest message that has not expired to the consumer whose turn it is. nil if the queue is not ready;
    /// then ``BrokerOutput/ready(_:)`` follows when it is.
    package mutating func take(
        _ queue: BrokerQueueID, now: UInt64, into outputs: inout [BrokerOutput]
    ) -> BrokerDelivery<Body>? {
        guard let delivery = engine.take(queue, now: now, into: &outputs) else { return nil }
        guard let message = delivery.entry.carried as? BrokerMessage<Body> else {
            preconditionFailure("only publish puts messages in, and only those of this type")
        }
        return BrokerDelivery(
            queue: queue, connection: delivery.connection, tag: delivery.tag,
            isRedelivered: delivery.entry.isRedelivered, queuedAt: delivery.entry.queuedAt, message: message)
    }

    /// - Returns: False if there is no such delivery on this connection (any more).
    @discardableResult
    package mutating func acknowledge(
        _ tag: UInt64, on connection: BrokerConnectionID, into outputs: inout [BrokerOutput]
    ) -> Bool {
        engine.acknowledge(tag, on: connection, requeues: false, into: &outputs)
    }

    /// Gives a message back to its place in the queue, marked as redelivered.
    @discardableResult
    package mutating func requeue(
        _ tag: UInt64, on connection: BrokerConnectionID, into outputs: inout [BrokerOutput]
    ) -> Bool {
        engine.acknowledge(tag, on: connection, requeues: true, into: &outputs)
    }
}
