/// A published message; all queues that hold it share one copy.
package final class BrokerMessage<Body: Sendable>: Sendable {
    package let destination: BrokerDestination
    package let body: Body
    /// What counts against limits in bytes.
    package let size: Int
    package let publisher: BrokerConnectionID
    /// The publishing connection's user, if the publisher claimed one.
    package let userID: String?

    init(
        destination: BrokerDestination, body: Body, size: Int, publisher: BrokerConnectionID, userID: String?
    ) {
        self.destination = destination
        self.body = body
        self.size = size
        self.publisher = publisher
        self.userID = userID
    }
}

/// Where a message goes.
package enum BrokerDestination: Hashable, Sendable {
    case exchange(BrokerExchangeID, key: String)
    /// By the default exchange, into the queue of that name.
    case queue(String)

    /// The routing key, which is the queue's name on the default exchange.
    package var key: String {
        switch self {
        case .exchange(_, let key), .queue(let key): key
        }
    }
}

/// A message on its way to a consumer.
package struct BrokerDelivery<Body: Sendable>: Sendable {
    package let queue: BrokerQueueID
    package let connection: BrokerConnectionID
    /// To be acknowledged on `connection`; nil for a consumer without acknowledgements.
    package let tag: UInt64?
    /// It may have been delivered before.
    package let isRedelivered: Bool
    /// When the queue took it, in microseconds.
    package let queuedAt: UInt64
    package let message: BrokerMessage<Body>
}
