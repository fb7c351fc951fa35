extension BrokerModel {
    /// The broker stops: every connection is closed, exclusive queues are gone. Durable queues keep what they hold.
    package mutating func stop(into outputs: inout [BrokerOutput]) { engine.stop(into: &outputs) }

    /// Connections are possible again.
    package mutating func start() { engine.isRunning = true }

    package mutating func restart(into outputs: inout [BrokerOutput]) {
        stop(into: &outputs)
        start()
    }

    /// The broker closes one connection, and says so.
    package mutating func close(_ connection: BrokerConnectionID, into outputs: inout [BrokerOutput]) {
        engine.close(connection, into: &outputs)
    }

    /// A deaf queue takes messages and delivers none, while its consumer believes that all is well.
    package mutating func setDeaf(_ queue: BrokerQueueID, _ isDeaf: Bool, into outputs: inout [BrokerOutput]) {
        engine.setDeaf(queue, isDeaf, into: &outputs)
    }

    /// Splits the broker, as a network fault between the nodes of a cluster of brokers does: connections of different
    /// sides do not hear each other. Shared queues stay on side 0; on the others nobody publishes to them or consumes
    /// them. All on side 0 again: healed.
    package mutating func setSide(
        _ side: Int, of connection: BrokerConnectionID, into outputs: inout [BrokerOutput]
    ) {
        engine.setSide(side, of: connection, into: &outputs)
    }

    /// What becomes of a message for a queue beyond the split: unroutable (true, the default, as when the brokers know
    /// of the split), or silently lost.
    package var returnsAcrossSplit: Bool {
        get { engine.returnsAcrossSplit }
        set { engine.returnsAcrossSplit = newValue }
    }
}
