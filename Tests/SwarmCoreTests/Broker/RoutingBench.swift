import SwarmCore
import Testing

/// One connection, one exchange and some queues whose messages are taken at once.
final class RoutingBench {
    private let broker = TestBroker()
    private let connection: BrokerConnectionID
    private let exchange: BrokerExchangeID
    private var queues: [BrokerQueueID] = []

    init(queues count: Int) throws {
        connection = try broker.connect()
        exchange = try broker.exchange()
        for _ in 0..<count {
            let queue = try broker.exclusive(nil, connection)
            try broker.consume(queue, connection)
            queues.append(queue)
        }
    }

    func bind(_ index: Int, _ key: String) throws { try broker.bind(queues[index], exchange, key, by: connection) }

    func unbind(_ index: Int, _ key: String) throws { try broker.unbind(queues[index], exchange, key, by: connection) }

    /// Publishes, and gives the places of the queues that got the message.
    func publish(_ key: String) -> [Int] {
        broker.send(key, to: .exchange(exchange, key: key), by: connection)
        return queues.indices.flatMap { index in broker.bodies(queues[index]).map { _ in index } }
    }
}
