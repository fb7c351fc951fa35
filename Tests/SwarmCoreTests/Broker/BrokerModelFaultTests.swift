import SwarmCore
import Testing

@Suite struct BrokerModelFaultTests {
    let broker = TestBroker()

    @Test func restartKeepsDurableQueuesOnly() throws {
        let first = try broker.connect()
        let second = try broker.connect()
        let exchange = try broker.exchange("x")
        let own = try broker.exclusive("own", first)
        let shared = try broker.shared("shared")
        try broker.bind(own, exchange, "#", by: first)
        try broker.bind(shared, exchange, "#")
        try broker.consume(shared, second, prefetch: 1)
        for index in 0..<3 { broker.send("\(index)", to: .exchange(exchange, key: "k"), by: first) }
        #expect(broker.take(shared)?.message.body == "0")
        _ = broker.told()
        broker.restart()
        #expect(broker.told() == [.closed(first), .closed(second)])
        #expect(broker.model.connections == [])
        #expect(broker.model.queue(named: "own") == nil)
        #expect(broker.model.exchange(named: "x") == exchange)
        #expect(broker.model.queue(named: "shared") == shared)
        #expect(broker.model.count(of: shared) == 3)

        let third = try broker.connect()
        #expect(broker.send("3", to: .exchange(exchange, key: "k"), by: third, returnID: 1) == [])
        _ = broker.told()
        try broker.consume(shared, third)
        #expect(broker.told() == [.ready(shared)])
        let delivery = try #require(broker.take(shared))
        #expect(delivery.message.body == "0")
        #expect(delivery.isRedelivered)
        #expect(broker.bodies(shared) == ["1", "2", "3"])
    }

    @Test func aStoppedBrokerRefusesConnections() throws {
        let connection = try broker.connect()
        broker.stop()
        #expect(broker.told() == [.closed(connection)])
        #expect(!broker.model.isRunning)
        #expect(throws: BrokerError.notConnected) {
            try broker.connect()
        }
        broker.model.start()
        #expect(try broker.connect() != connection)
    }

    @Test func theAlarmHoldsWhatIsPublishedInOrder() throws {
        let first = try broker.connect()
        let second = try broker.connect()
        let silent = try broker.connect()
        let queue = try broker.exclusive("q", silent)
        try broker.consume(queue, silent)
        broker.send("before", to: .queue("q"), by: first)
        broker.setAlarm(true)
        #expect(broker.send("1", to: .queue("q"), by: first) == [.blocked(first)])
        #expect(broker.send("2", to: .queue("q"), by: second) == [.blocked(second)])
        #expect(broker.send("3", to: .queue("q"), by: first) == [])
        #expect(broker.send("4", to: .queue("none"), by: first, returnID: 4) == [])
        // Deliveries go on.
        #expect(broker.bodies(queue) == ["before"])
        broker.disconnect(second)
        #expect(broker.model.counters.lost == 1)
        _ = broker.told()
        broker.setAlarm(false)
        #expect(broker.told() == [.unblocked(first), .ready(queue), .returned(first, id: 4)])
        #expect(broker.bodies(queue) == ["1", "3"])
        #expect(broker.model.counters.lost == 1)
    }

    @Test func aBlockedConnectionBuffersSoMuch() throws {
        let connection = try broker.connect()
        let queue = try broker.exclusive("q", connection)
        broker.setAlarm(true)
        var count = 0
        while count < 1_000, broker.publish("", to: .queue("q"), by: connection, size: 1 << 16) { count += 1 }
        #expect(count == 63)
        broker.setAlarm(false)
        #expect(broker.model.count(of: queue) == 63)
        #expect(broker.send("", to: .queue("q"), by: connection) == [])
    }

    @Test func aDeafQueueTakesAndGivesNothing() throws {
        let connection = try broker.connect()
        let queue = try broker.exclusive("q", connection)
        try broker.consume(queue, connection)
        broker.setDeaf(queue, true)
        #expect(broker.send("1", to: .queue("q"), by: connection, returnID: 1) == [])
        #expect(broker.bodies(queue) == [])
        _ = broker.told()
        broker.setDeaf(queue, false)
        #expect(broker.told() == [.ready(queue)])
        #expect(broker.bodies(queue) == ["1"])
    }

    @Test func aQueueDeletedSilentlyLeavesItsConsumerDeaf() throws {
        let connection = try broker.connect()
        let told = try broker.exclusive("told", connection)
        let untold = try broker.exclusive("untold", connection)
        for queue in [told, untold] { try broker.consume(queue, connection) }
        broker.delete(told)
        broker.delete(untold, notifying: false)
        #expect(broker.told() == [.cancelled(connection, told)])
        #expect(broker.model.isConnected(connection))
        #expect(broker.send("", to: .queue("untold"), by: connection, returnID: 1) == [.returned(connection, id: 1)])
    }

    @Test(arguments: [true, false]) func sidesOfASplitDoNotHearEachOther(returns: Bool) throws {
        let left = try broker.connect()
        let right = try broker.connect()
        let exchange = try broker.exchange("x")
        let leftQueue = try broker.exclusive("left", left)
        let rightQueue = try broker.exclusive("right", right)
        let shared = try broker.shared("shared")
        for (queue, owner) in [(leftQueue, left), (rightQueue, right)] {
            try broker.bind(queue, exchange, "all", by: owner)
            try broker.consume(queue, owner)
        }
        try broker.consume(shared, left, prefetch: 1)
        try broker.consume(shared, right, prefetch: 1)
        broker.model.returnsAcrossSplit = returns
        broker.setSide(1, right)

        broker.send("from left", to: .exchange(exchange, key: "all"), by: left)
        broker.send("from right", to: .exchange(exchange, key: "all"), by: right)
        #expect(broker.bodies(leftQueue) == ["from left"])
        #expect(broker.bodies(rightQueue) == ["from right"])
        let expected: [BrokerOutput] = returns ? [.returned(left, id: 1)] : []
        #expect(broker.send("probe", to: .queue("right"), by: left, returnID: 1) == expected)
        #expect(broker.model.count(of: rightQueue) == 0)

        broker.send("1", to: .queue("shared"), by: left)
        broker.send("2", to: .queue("shared"), by: left)
        #expect(broker.take(shared)?.connection == left)
        #expect(broker.take(shared)?.message.body == nil)

        _ = broker.told()
        broker.setSide(0, right)
        #expect(broker.told() == [.ready(shared)])
        #expect(broker.take(shared)?.connection == right)
        broker.send("healed", to: .exchange(exchange, key: "all"), by: left)
        #expect(broker.bodies(rightQueue) == ["healed"])
    }

    /// The same calls on a copy give the same outputs, and the original does not notice.
    @Test func isAValue() throws {
        let connection = try broker.connect()
        let queue = try broker.exclusive("q", connection)
        try broker.consume(queue, connection)
        let copy = TestBroker(copying: broker)
        let here = broker.send("1", to: .queue("q"), by: connection)
        let there = copy.send("1", to: .queue("q"), by: connection)
        #expect(here == there)
        #expect(copy.bodies(queue) == ["1"])
        #expect(broker.model.count(of: queue) == 1)
        #expect(broker.model.counters.delivered == 0)
    }
}
