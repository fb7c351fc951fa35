/// An AMQP broker as a value: what RabbitMQ promises its clients, and the faults they have to live with, without
/// sockets, tasks or clocks. It serves the in-memory broker and the simulator.
///
/// - All exchanges are topic exchanges, and there is the default exchange. Queues are either exclusive (they vanish with
///   their connection, and their bindings and messages with them) or durable and shared by competing consumers.
/// - A queue is first in, first out. At its limits it drops its oldest messages; what has expired is dropped at the head.
/// - The caller decides when a delivery happens: ``BrokerOutput/ready(_:)`` says that a queue has something to
///   deliver, ``take(_:now:into:)`` delivers it, now or later.
/// - Times are microseconds on a clock of the caller's that never steps back.
/// - Same calls, same outputs: nothing depends on the order of a dictionary.
///
/// What it leaves out: messages in durable queues always survive a restart (as persistent ones do), queues do not expire,
/// and there are no confirms, priorities or dead letters.
package struct BrokerModel<Body: Sendable>: Sendable {
    var engine: BrokerEngine

    package init(limits: BrokerLimits = BrokerLimits()) { engine = BrokerEngine(limits: limits) }

    package var limits: BrokerLimits { engine.limits }
    package var counters: BrokerCounters { engine.counters }
    package var isRunning: Bool { engine.isRunning }
    package var hasAlarm: Bool { engine.hasAlarm }
    /// All connections that are up, by age.
    package var connections: [BrokerConnectionID] { engine.liveConnections }

    // MARK: Connections

    /// - Parameter userID: The user the connection was authenticated as; its messages carry it.
    package mutating func connect(userID: String? = nil) throws(BrokerError) -> BrokerConnectionID {
        try engine.connect(userID: userID)
    }

    /// The client closes the connection, or its process dies.
    package mutating func disconnect(_ connection: BrokerConnectionID, into outputs: inout [BrokerOutput]) {
        engine.disconnect(connection, into: &outputs)
    }

    package func isConnected(_ connection: BrokerConnectionID) -> Bool { engine.connectionSlot(connection) != nil }

    // MARK: Topology

    /// Durable, not auto-delete; declaring it again gives the same.
    package mutating func declareExchange(_ name: String) throws(BrokerError) -> BrokerExchangeID {
        try engine.declareExchange(name)
    }

    package func exchange(named name: String) -> BrokerExchangeID? {
        engine.exchangeSlots[name].map(BrokerExchangeID.init(index:))
    }

    package func name(of exchange: BrokerExchangeID) -> String? {
        engine.exchanges.indices.contains(exchange.index) ? engine.exchanges[exchange.index].name : nil
    }

    /// - Parameter name: nil lets the broker choose a fresh one.
    /// - Throws: ``BrokerError/resourceLocked`` if another connection has a queue of this name.
    package mutating func declareExclusiveQueue(
        _ name: String? = nil, by connection: BrokerConnectionID, options: BrokerQueueOptions = BrokerQueueOptions()
    ) throws(BrokerError) -> BrokerQueueID {
        try engine.declareQueue(name, owner: connection, by: connection, options: options)
    }

    /// A durable queue; `connection` is nil for the operator.
    /// - Throws: ``BrokerError/preconditionFailed`` if it exists with other options.
    package mutating func declareSharedQueue(
        _ name: String, by connection: BrokerConnectionID? = nil, options: BrokerQueueOptions = BrokerQueueOptions()
    ) throws(BrokerError) -> BrokerQueueID {
        try engine.declareQueue(name, owner: nil, by: connection, options: options)
    }

    /// - Parameter notifying: False leaves its consumers connected and deaf, as some failures of clustered brokers do.
    package mutating func deleteQueue(
        _ queue: BrokerQueueID, notifying: Bool = true, into outputs: inout [BrokerOutput]
    ) {
        engine.deleteQueue(queue, notifying: notifying, into: &outputs)
    }

    package mutating func bind(
        _ queue: BrokerQueueID, to exchange: BrokerExchangeID, key: String, by connection: BrokerConnectionID? = nil
    ) throws(BrokerError) {
        try engine.bind(queue, to: exchange, key: key, by: connection)
    }

    package mutating func unbind(
        _ queue: BrokerQueueID, from exchange: BrokerExchangeID, key: String, by connection: BrokerConnectionID? = nil
    ) throws(BrokerError) {
        try engine.unbind(queue, from: exchange, key: key, by: connection)
    }

    package func queue(named name: String) -> BrokerQueueID? {
        engine.queueSlots[name].flatMap { engine.queueIDs[$0] }
    }

    package func name(of queue: BrokerQueueID) -> String? { engine.queueSlot(queue).map { engine.queues[$0].name } }

    /// The connection an exclusive queue belongs to.
    package func owner(of queue: BrokerQueueID) -> BrokerConnectionID? {
        engine.queueSlot(queue).flatMap { engine.queues[$0].owner }
    }

    /// Messages that wait in a queue, those that have expired behind its head included; 0 if there is no such queue.
    package func count(of queue: BrokerQueueID) -> Int {
        engine.queueSlot(queue).map { engine.queues[$0].entries.count } ?? 0
    }

    /// Their bytes.
    package func bytes(of queue: BrokerQueueID) -> Int { engine.queueSlot(queue).map { engine.queues[$0].bytes } ?? 0 }

    // MARK: Publishing

    /// - Parameters:
    ///   - size: Bytes that count against limits.
    ///   - returnID: Makes the message mandatory: ``BrokerOutput/returned(_:id:)`` follows if no queue takes it.
    ///   - lifetime: Microseconds it may wait in a queue.
    ///   - claimsUser: Whether it carries the user of the connection.
    /// - Returns: False if the broker did not take it: the connection is gone, the message or its key too large, or the
    ///   connection is blocked and its buffers are full.
    package mutating func publish(
        _ body: Body, to destination: BrokerDestination, by connection: BrokerConnectionID, size: Int,
        returnID: UInt64? = nil, lifetime: UInt64? = nil, claimsUser: Bool = true, now: UInt64,
        into outputs: inout [BrokerOutput]
    ) -> Bool {
        let user = claimsUser ? engine.connectionSlot(connection).flatMap { engine.connections[$0].userID } : nil
        let message = BrokerMessage(
            destination: destination, body: body, size: size, publisher: connection, userID: user)
        let publication = BrokerEngine.Publication(
            carried: message, destination: destination, size: size, returnID: returnID, lifetime: lifetime)
        return engine.publish(publication, by: connection, now: now, into: &outputs)
    }

    /// The memory or disk alarm. While it is on, what connections publish waits in order; each is told by
    /// ``BrokerOutput/blocked(_:)`` when it publishes the first time. Deliveries go on.
    package mutating func setAlarm(_ isOn: Bool, now: UInt64, into outputs: inout [BrokerOutput]) {
        engine.setAlarm(isOn, now: now, into: &outputs)
    }
}
