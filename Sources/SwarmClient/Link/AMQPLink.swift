import Logging
import Swarm
import SwarmAMQP

/// A client's connection to RabbitMQ.
struct AMQPLink: BrokerLink {
    private let connection: AMQPClientConnection

    init(url: String, options: AMQPOptions, cluster: String, logger: Logger) {
        connection = AMQPClientConnection(url, options: options, cluster: cluster, name: "client", logger: logger)
    }

    func run() async throws { try await connection.run() }

    func answer(to key: String, body: [UInt8], timeout: Duration) async throws -> [UInt8] {
        try await connection.request(ClientMessage(key: key, body: body), timeout: timeout).body
    }

    func answers(
        to key: String, body: [UInt8], timeout: Duration, until take: ([UInt8]) throws -> Bool
    ) async throws {
        for try await reply in connection.replies(to: ClientMessage(key: key, body: body), for: timeout) {
            if try take(reply.body) { return }
        }
    }

    func publish(_ body: [UInt8], to group: String, contentType: String, timeout: Duration) async throws -> Bool {
        try await connection.publish(
            ClientMessage(to: .groups, key: group, body: body, contentType: contentType), timeout: timeout)
    }
}
