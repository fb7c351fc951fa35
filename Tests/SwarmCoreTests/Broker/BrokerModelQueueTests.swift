import SwarmCore
import Testing

@Suite struct BrokerModelQueueTests {
    let broker = TestBroker()

    @Test func firstInFirstOut() throws {
        let connection = try broker.connect()
        let queue = try broker.exclusive("q", connection)
        for index in 0..<100 { broker.send("\(index)", to: .queue("q"), by: connection) }
        #expect(broker.model.count(of: queue) == 100)
        #expect(!broker.model.isReady(queue))
        try broker.consume(queue, connection)
        #expect(broker.told() == [.ready(queue)])
        #expect(broker.bodies(queue) == (0..<100).map(String.init))
        #expect(broker.model.count(of: queue) == 0)
    }

    @Test func readyIsToldOnceUntilEmpty() throws {
        let connection = try broker.connect()
        let queue = try broker.exclusive("q", connection)
        try broker.consume(queue, connection)
        #expect(broker.told() == [])
        #expect(broker.send("1", to: .queue("q"), by: connection) == [.ready(queue)])
        #expect(broker.send("2", to: .queue("q"), by: connection) == [])
        #expect(broker.take(queue)?.message.body == "1")
        #expect(broker.model.isReady(queue))
        #expect(broker.send("3", to: .queue("q"), by: connection) == [])
        #expect(broker.bodies(queue) == ["2", "3"])
        #expect(broker.send("4", to: .queue("q"), by: connection) == [.ready(queue)])
    }

    @Test func deliveryCarriesWhatWasPublished() throws {
        let connection = try broker.connect(user: "swarm")
        let exchange = try broker.exchange("x")
        let queue = try broker.exclusive(nil, connection)
        try broker.bind(queue, exchange, "a.#", by: connection)
        try broker.consume(queue, connection)
        broker.send("body", to: .exchange(exchange, key: "a.b"), by: connection, size: 7, now: 5)
        #expect(broker.model.bytes(of: queue) == 7)
        #expect(broker.model.headTime(of: queue) == 5)
        let delivery = try #require(broker.take(queue, now: 9))
        #expect(delivery.message.destination == .exchange(exchange, key: "a.b"))
        #expect(delivery.message.userID == "swarm")
        #expect(delivery.message.publisher == connection)
        #expect(delivery.message.size == 7)
        #expect(delivery.queuedAt == 5)
        #expect(delivery.tag == nil)
        #expect(!delivery.isRedelivered)
        broker.publish("", to: .exchange(exchange, key: "a"), by: connection, claimsUser: false)
        #expect(broker.take(queue, now: 9)?.message.userID == nil)
    }

    @Test func aQueueBoundTwiceGetsOneCopy() throws {
        let bench = try RoutingBench(queues: 2)
        try bench.bind(0, "a.*")
        try bench.bind(0, "#")
        try bench.bind(0, "a.*")
        try bench.bind(1, "a.b")
        #expect(bench.publish("a.b") == [0, 1])
        try bench.unbind(0, "a.*")
        #expect(bench.publish("a.b") == [0, 1])
        try bench.unbind(0, "#")
        #expect(bench.publish("a.b") == [1])
        try bench.unbind(0, "never.bound")
    }

    @Test func dropsTheOldestBeyondItsCount() throws {
        let connection = try broker.connect()
        let queue = try broker.exclusive("q", connection, .init(maximumCount: 3))
        for index in 0..<3 { #expect(broker.send("\(index)", to: .queue("q"), by: connection) == []) }
        #expect(broker.send("3", to: .queue("q"), by: connection) == [.dropped(queue, count: 1)])
        #expect(broker.send("4", to: .queue("q"), by: connection) == [.dropped(queue, count: 1)])
        #expect(broker.model.counters.dropped == 2)
        try broker.consume(queue, connection)
        #expect(broker.bodies(queue) == ["2", "3", "4"])
    }

    @Test func dropsTheOldestBeyondItsBytes() throws {
        let connection = try broker.connect()
        let queue = try broker.exclusive("q", connection, .init(maximumBytes: 100))
        for index in 0..<10 { broker.send("\(index)", to: .queue("q"), by: connection, size: 10) }
        #expect(broker.model.bytes(of: queue) == 100)
        #expect(broker.send("big", to: .queue("q"), by: connection, size: 85) == [.dropped(queue, count: 9)])
        #expect(broker.model.bytes(of: queue) == 95)
        try broker.consume(queue, connection)
        #expect(broker.bodies(queue) == ["9", "big"])
        // One that alone is over the limit is dropped with all before it.
        broker.send("x", to: .queue("q"), by: connection)
        #expect(broker.send("huge", to: .queue("q"), by: connection, size: 101) == [.dropped(queue, count: 2)])
        #expect(broker.model.count(of: queue) == 0)
        #expect(broker.model.bytes(of: queue) == 0)
    }

    @Test func expiresAtTheHead() throws {
        let connection = try broker.connect()
        let queue = try broker.exclusive("q", connection, .init(lifetime: 1_000))
        broker.send("queue's", to: .queue("q"), by: connection)
        broker.send("own", to: .queue("q"), by: connection, lifetime: 100, now: 500)
        broker.send("queue's is shorter", to: .queue("q"), by: connection, lifetime: 9_000, now: 500)
        try broker.consume(queue, connection)
        #expect(broker.model.count(of: queue) == 3)
        #expect(broker.bodies(queue, now: 1_001) == ["queue's is shorter"])
        #expect(broker.model.counters.expired == 2)
        broker.send("late", to: .queue("q"), by: connection, lifetime: 0, now: 2_000)
        #expect(broker.bodies(queue, now: 2_000) == ["late"])
        broker.send("too late", to: .queue("q"), by: connection, lifetime: 0, now: 2_000)
        #expect(broker.bodies(queue, now: 2_001) == [])
        #expect(broker.send("again", to: .queue("q"), by: connection, now: 2_001) == [.ready(queue)])
        broker.send("for ever", to: .queue("q"), by: connection, lifetime: .max, now: .max)
        #expect(broker.bodies(queue, now: 2_001) == ["again", "for ever"])
    }

    @Test func refusesWhatAMQPCannotCarry() throws {
        let connection = try broker.connect()
        let exchange = try broker.exchange("x")
        let queue = try broker.exclusive("q", connection)
        let long = String(repeating: "x", count: 256)
        #expect(throws: BrokerError.nameTooLong) {
            try broker.bind(queue, exchange, long, by: connection)
        }
        #expect(throws: BrokerError.nameTooLong) {
            try broker.exclusive(long, connection)
        }
        #expect(!broker.publish("", to: .exchange(exchange, key: long), by: connection))
        #expect(!broker.publish("", to: .queue("q"), by: connection, size: 134_217_729))
        #expect(broker.model.counters.refused == 2)
        #expect(broker.told() == [])
    }

    @Test func tablesHaveLimits() throws {
        var limits = BrokerLimits()
        limits.connections = 2
        limits.queues = 2
        limits.exchanges = 1
        let broker = TestBroker(limits: limits)
        let first = try broker.connect()
        _ = try broker.connect()
        #expect(throws: BrokerError.limitReached) { try broker.connect() }
        let exchange = try broker.exchange("x")
        #expect(try broker.exchange("x") == exchange)
        #expect(throws: BrokerError.limitReached) { try broker.exchange("y") }
        let queue = try broker.exclusive("a", first)
        _ = try broker.exclusive("b", first)
        #expect(throws: BrokerError.limitReached) { try broker.exclusive("c", first) }
        broker.delete(queue)
        let next = try broker.exclusive("c", first)
        #expect(next != queue)
        #expect(next > queue)
        broker.disconnect(first)
        let third = try broker.connect()
        #expect(third != first)
        #expect(!broker.model.isConnected(first))
    }
}
