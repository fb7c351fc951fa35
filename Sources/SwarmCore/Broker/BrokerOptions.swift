/// Limits of one queue, as its declaration or a policy of the broker sets them; nil is unlimited.
package struct BrokerQueueOptions: Hashable, Sendable {
    /// Messages that wait; the oldest are dropped beyond it (`x-max-length`, `drop-head`).
    package var maximumCount: Int?
    /// Bytes that wait; the oldest are dropped beyond it (`x-max-length-bytes`, `drop-head`).
    package var maximumBytes: Int?
    /// Microseconds a message may wait (`x-message-ttl`).
    package var lifetime: UInt64?

    package init(maximumCount: Int? = nil, maximumBytes: Int? = nil, lifetime: UInt64? = nil) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
        self.lifetime = lifetime
    }
}

/// Limits of a broker.
package struct BrokerLimits: Hashable, Sendable {
    package var connections = 65_536
    package var queues = 65_536
    package var exchanges = 4_096
    /// RabbitMQ 3.10 refuses larger messages (`max_message_size`).
    package var messageBytes = 134_217_728
    /// What the sockets of one blocked connection swallow before the publisher has to wait: about what was measured.
    package var blockedBytes = 4 << 20
    /// Names, routing keys and patterns are short strings of AMQP.
    package var nameBytes = 255

    package init() {}
}

/// Why the broker refuses an operation.
package enum BrokerError: Error, Hashable, Sendable {
    /// No such connection (any more), or the broker is down.
    case notConnected
    /// No such queue or exchange.
    case notFound
    /// The queue is exclusive to another connection (405).
    case resourceLocked
    /// The queue exists with other options (406).
    case preconditionFailed
    /// A name, key or pattern of more than 255 bytes.
    case nameTooLong
    /// As many connections, queues or exchanges as the broker takes.
    case limitReached
}

/// What happened in the broker that somebody outside has to know.
package enum BrokerOutput: Hashable, Sendable {
    /// The queue has a message and a consumer that may have it: `take` until it gives nil or `isReady` is false. Told
    /// once, when it becomes so.
    case ready(BrokerQueueID)
    /// No queue took the mandatory message.
    case returned(BrokerConnectionID, id: UInt64)
    /// The queue's limits were reached.
    case dropped(BrokerQueueID, count: Int)
    /// The connection published into an alarm: from here on its messages wait.
    case blocked(BrokerConnectionID)
    case unblocked(BrokerConnectionID)
    /// The broker closed the connection.
    case closed(BrokerConnectionID)
    /// The queue, which the connection consumed, was deleted.
    case cancelled(BrokerConnectionID, BrokerQueueID)
}

/// What a broker counted since it was made. A message that goes to three queues counts as three `queued`.
package struct BrokerCounters: Hashable, Sendable {
    package var published = 0
    package var queued = 0
    package var delivered = 0
    package var acknowledged = 0
    package var requeued = 0
    package var unroutable = 0
    /// Dropped from the head of a queue at a limit in count or bytes.
    package var dropped = 0
    package var expired = 0
    /// Gone with the queue that held them, or with a connection that waited for an alarm to end.
    package var lost = 0
    /// Not taken at all: dead connection, too large, or past what a blocked connection buffers.
    package var refused = 0

    package init() {}
}
