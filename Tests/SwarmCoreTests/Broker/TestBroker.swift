import SwarmCore
import Testing

/// A model behind a reference, as expectations need it, that gathers the outputs. Times default to 0.
final class TestBroker {
    var model: BrokerModel<String>
    private(set) var outputs: [BrokerOutput] = []

    init(limits: BrokerLimits = BrokerLimits()) { model = BrokerModel(limits: limits) }

    init(copying other: TestBroker) { model = other.model }

    /// The outputs since the last call.
    func told() -> [BrokerOutput] {
        defer { outputs = [] }
        return outputs
    }

    func connect(user: String? = nil) throws -> BrokerConnectionID { try model.connect(userID: user) }

    func disconnect(_ connection: BrokerConnectionID) { model.disconnect(connection, into: &outputs) }

    func exchange(_ name: String = "x") throws -> BrokerExchangeID { try model.declareExchange(name) }

    func exclusive(
        _ name: String? = nil, _ connection: BrokerConnectionID, _ options: BrokerQueueOptions = BrokerQueueOptions()
    ) throws -> BrokerQueueID {
        try model.declareExclusiveQueue(name, by: connection, options: options)
    }

    func shared(
        _ name: String, _ connection: BrokerConnectionID? = nil, _ options: BrokerQueueOptions = BrokerQueueOptions()
    ) throws -> BrokerQueueID {
        try model.declareSharedQueue(name, by: connection, options: options)
    }

    func bind(
        _ queue: BrokerQueueID, _ exchange: BrokerExchangeID, _ key: String, by connection: BrokerConnectionID? = nil
    ) throws {
        try model.bind(queue, to: exchange, key: key, by: connection)
    }

    func unbind(
        _ queue: BrokerQueueID, _ exchange: BrokerExchangeID, _ key: String, by connection: BrokerConnectionID? = nil
    ) throws {
        try model.unbind(queue, from: exchange, key: key, by: connection)
    }

    @discardableResult
    func consume(
        _ queue: BrokerQueueID, _ connection: BrokerConnectionID, prefetch: Int = 0
    ) throws -> BrokerConsumerID {
        try model.consume(queue, by: connection, prefetch: prefetch, into: &outputs)
    }

    func cancel(_ consumer: BrokerConsumerID, _ connection: BrokerConnectionID) {
        model.cancel(consumer, of: connection, into: &outputs)
    }

    func delete(_ queue: BrokerQueueID, notifying: Bool = true) {
        model.deleteQueue(queue, notifying: notifying, into: &outputs)
    }

    /// Publishes, and gives whether the broker took it.
    @discardableResult
    func publish(
        _ body: String, to destination: BrokerDestination, by connection: BrokerConnectionID, size: Int = 1,
        returnID: UInt64? = nil, lifetime: UInt64? = nil, claimsUser: Bool = true, now: UInt64 = 0
    ) -> Bool {
        model.publish(
            body, to: destination, by: connection, size: size, returnID: returnID, lifetime: lifetime,
            claimsUser: claimsUser, now: now, into: &outputs)
    }

    /// Publishes, and gives what follows from it.
    @discardableResult
    func send(
        _ body: String, to destination: BrokerDestination, by connection: BrokerConnectionID, size: Int = 1,
        returnID: UInt64? = nil, lifetime: UInt64? = nil, now: UInt64 = 0
    ) -> [BrokerOutput] {
        let before = outputs.count
        let isTaken = publish(
            body, to: destination, by: connection, size: size, returnID: returnID, lifetime: lifetime, now: now)
        #expect(isTaken)
        defer { outputs.removeSubrange(before...) }
        return Array(outputs[before...])
    }

    func take(_ queue: BrokerQueueID, now: UInt64 = 0) -> BrokerDelivery<String>? {
        model.take(queue, now: now, into: &outputs)
    }

    /// Everything a queue has to deliver now.
    func drain(_ queue: BrokerQueueID, now: UInt64 = 0) -> [BrokerDelivery<String>] {
        var found: [BrokerDelivery<String>] = []
        while let delivery = take(queue, now: now) { found.append(delivery) }
        return found
    }

    func bodies(_ queue: BrokerQueueID, now: UInt64 = 0) -> [String] { drain(queue, now: now).map(\.message.body) }

    func acknowledge(_ delivery: BrokerDelivery<String>) -> Bool {
        delivery.tag.map { model.acknowledge($0, on: delivery.connection, into: &outputs) } ?? false
    }

    func requeue(_ delivery: BrokerDelivery<String>) -> Bool {
        delivery.tag.map { model.requeue($0, on: delivery.connection, into: &outputs) } ?? false
    }

    func setAlarm(_ isOn: Bool) { model.setAlarm(isOn, now: 0, into: &outputs) }
    func setDeaf(_ queue: BrokerQueueID, _ isDeaf: Bool) { model.setDeaf(queue, isDeaf, into: &outputs) }
    func setSide(_ side: Int, _ connection: BrokerConnectionID) { model.setSide(side, of: connection, into: &outputs) }
    func stop() { model.stop(into: &outputs) }
    func restart() { model.restart(into: &outputs) }
}
