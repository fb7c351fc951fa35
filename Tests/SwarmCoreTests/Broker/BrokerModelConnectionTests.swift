import SwarmCore
import Testing

@Suite struct BrokerModelConnectionTests {
    let broker = TestBroker()

    @Test func unroutableMandatoryMessagesComeBack() throws {
        let connection = try broker.connect()
        let exchange = try broker.exchange("x")
        let other = try broker.connect()
        let queue = try broker.exclusive("q", other)
        try broker.bind(queue, exchange, "a", by: other)
        #expect(broker.send("", to: .queue("none"), by: connection, returnID: 1) == [.returned(connection, id: 1)])
        #expect(
            broker.send("", to: .exchange(exchange, key: "b"), by: connection, returnID: 2) == [
                .returned(connection, id: 2)
            ])
        #expect(broker.send("", to: .exchange(exchange, key: "b"), by: connection) == [])
        #expect(broker.send("", to: .exchange(exchange, key: "a"), by: connection, returnID: 3) == [])
        #expect(broker.send("", to: .queue("q"), by: connection, returnID: 4) == [])
        #expect(broker.model.counters.unroutable == 3)
        #expect(broker.model.count(of: queue) == 2)
        broker.disconnect(other)
        #expect(broker.send("", to: .queue("q"), by: connection, returnID: 5) == [.returned(connection, id: 5)])
        #expect(
            broker.send("", to: .exchange(exchange, key: "a"), by: connection, returnID: 6) == [
                .returned(connection, id: 6)
            ])
    }

    @Test func exclusiveQueuesVanishWithTheirConnection() throws {
        let first = try broker.connect()
        let second = try broker.connect()
        let exchange = try broker.exchange("x")
        let doomed = try broker.exclusive("lock", first)
        let kept = try broker.exclusive("kept", second)
        for queue in [doomed] { try broker.bind(queue, exchange, "#", by: first) }
        try broker.bind(kept, exchange, "#", by: second)
        broker.send("", to: .exchange(exchange, key: "k"), by: second)
        #expect(broker.model.count(of: doomed) == 1)
        #expect(throws: BrokerError.resourceLocked) {
            try broker.exclusive("lock", second)
        }
        #expect(throws: BrokerError.resourceLocked) {
            try broker.shared("lock", second)
        }
        #expect(throws: BrokerError.resourceLocked) {
            try broker.bind(doomed, exchange, "k", by: second)
        }
        #expect(throws: BrokerError.resourceLocked) {
            try broker.consume(doomed, second)
        }
        #expect(try broker.exclusive("lock", first) == doomed)
        #expect(broker.model.owner(of: doomed) == first)

        broker.disconnect(first)
        #expect(broker.told() == [])
        #expect(broker.model.queue(named: "lock") == nil)
        #expect(broker.model.name(of: doomed) == nil)
        #expect(broker.model.counters.lost == 1)
        let again = try broker.exclusive("lock", second)
        #expect(again != doomed)
        // The slot is used again, the bindings of its last owner are not.
        broker.send("", to: .exchange(exchange, key: "k"), by: second)
        #expect(broker.model.count(of: again) == 0)
        #expect(broker.model.count(of: kept) == 2)
        #expect(!broker.model.isReady(doomed))
        #expect(throws: BrokerError.notFound) {
            try broker.bind(doomed, exchange, "k", by: second)
        }
    }

    @Test func theDeadDoNotPublish() throws {
        let connection = try broker.connect()
        let other = try broker.connect()
        let queue = try broker.exclusive("q", other)
        broker.disconnect(connection)
        #expect(!broker.publish("", to: .queue("q"), by: connection))
        #expect(broker.model.count(of: queue) == 0)
        #expect(throws: BrokerError.notConnected) {
            try broker.exclusive("p", connection)
        }
        // The slot of the dead connection has a new owner, who is somebody else.
        let next = try broker.connect()
        #expect(next != connection)
        #expect(!broker.model.isConnected(connection))
        #expect(broker.model.connections == [other, next])
    }

    @Test func competingConsumersTakeTurns() throws {
        let producer = try broker.connect()
        let queue = try broker.shared("requests")
        #expect(throws: BrokerError.preconditionFailed) {
            try broker.shared("requests", nil, .init(maximumCount: 1))
        }
        let consumers = try (0..<3).map { _ in try broker.connect() }
        for consumer in consumers {
            #expect(try broker.shared("requests", consumer) == queue)
            try broker.consume(queue, consumer, prefetch: 2)
        }
        for index in 0..<8 { broker.send("\(index)", to: .queue("requests"), by: producer) }
        let taken = broker.drain(queue)
        #expect(taken.map(\.connection) == consumers + consumers)
        #expect(!broker.model.isReady(queue))
        #expect(broker.model.count(of: queue) == 2)

        _ = broker.told()
        #expect(broker.acknowledge(taken[1]))
        #expect(!broker.acknowledge(taken[1]))
        #expect(broker.told() == [.ready(queue)])
        #expect(broker.take(queue)?.connection == consumers[1])
    }

    @Test func unacknowledgedMessagesGoBackToTheirPlace() throws {
        let producer = try broker.connect()
        let queue = try broker.shared("requests")
        let first = try broker.connect()
        let second = try broker.connect()
        try broker.consume(queue, first, prefetch: 3)
        for index in 0..<5 { broker.send("\(index)", to: .queue("requests"), by: producer) }
        let taken = [0, 1, 2].compactMap { _ in broker.take(queue) }
        #expect(taken.map(\.message.body) == ["0", "1", "2"])
        #expect(broker.acknowledge(taken[1]))
        try broker.consume(queue, second, prefetch: 10)
        _ = broker.told()
        broker.disconnect(first)
        let again = broker.drain(queue)
        #expect(again.map(\.message.body) == ["0", "2", "3", "4"])
        #expect(again.map(\.isRedelivered) == [true, true, false, false])
        #expect(again.allSatisfy { $0.connection == second })
        #expect(broker.model.counters.requeued == 2)
        #expect(broker.requeue(again[2]))
        #expect(broker.take(queue)?.message.body == "3")
    }

    @Test func aCancelledConsumerGetsNothingMore() throws {
        let connection = try broker.connect()
        let queue = try broker.shared("requests")
        let consumer = try broker.consume(queue, connection, prefetch: 4)
        #expect(broker.send("1", to: .queue("requests"), by: connection) == [.ready(queue)])
        let taken = try #require(broker.take(queue))
        broker.cancel(consumer, connection)
        broker.send("2", to: .queue("requests"), by: connection)
        #expect(broker.bodies(queue) == [])
        #expect(broker.acknowledge(taken))
        _ = broker.told()
        try broker.consume(queue, connection)
        #expect(broker.told() == [.ready(queue)])
        #expect(broker.bodies(queue) == ["2"])
    }
}
