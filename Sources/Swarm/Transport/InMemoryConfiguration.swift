package import SwarmCore

/// Limits of an ``InMemoryBroker``. The defaults are those that the RabbitMQ transport gives its queues.
package struct InMemoryConfiguration: Sendable {
    package var broker = BrokerLimits()
    /// One node's queues. Beyond their limits the oldest messages are dropped and reported.
    package var heartbeatQueue = BrokerQueueOptions(maximumCount: 4_096, maximumBytes: 4 << 20)
    /// For deltas and the like; another of the same size is for what goes to this node alone.
    package var controlQueue = BrokerQueueOptions(maximumCount: 65_536, maximumBytes: 64 << 20)
    package var groupQueue = BrokerQueueOptions(maximumCount: 65_536, maximumBytes: 64 << 20)
    /// The queue that the nodes of a cluster share.
    package var requestQueue = BrokerQueueOptions(maximumCount: 65_536, maximumBytes: 64 << 20, lifetime: 60_000_000)
    /// A client's queue for answers, and each of its subscriptions.
    package var clientQueue = BrokerQueueOptions(maximumCount: 65_536, maximumBytes: 64 << 20)
    /// Frames that a node may have and not have acknowledged.
    package var directPrefetch = 256
    package var groupPrefetch = 256
    package var requestPrefetch = 64
    /// Frames of one lane that wait for a connection, or for an alarm to end; further ones are refused.
    package var outboundCount = 8_192
    /// Their bytes.
    package var outboundBytes = 64 << 20
    /// The user that nodes log in as.
    package var userID: String? = "swarm"

    package init() {}
}
