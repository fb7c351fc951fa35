import Swarm

/// A client's connection to the broker inside this process. It is made when it is first used.
struct InMemoryLink: BrokerLink {
    let client: InMemoryClient

    func run() async throws {
        defer { client.disconnect() }
        while true { try await Task.sleep(for: .seconds(3_600)) }
    }

    func answer(to key: String, body: [UInt8], timeout: Duration) async throws -> [UInt8] {
        try await client.request(Self.frame(key, body, timeout), timeout: timeout).body
    }

    func answers(
        to key: String, body: [UInt8], timeout: Duration, until take: ([UInt8]) throws -> Bool
    ) async throws {
        for try await frame in client.replies(to: Self.frame(key, body, timeout), timeout: timeout) {
            if try take(frame.body) { return }
        }
    }

    func publish(_ body: [UInt8], to group: String, contentType: String, timeout: Duration) async throws -> Bool {
        try client.publish(body, to: group, contentType: contentType)
    }

    private static func frame(_ key: String, _ body: [UInt8], _ timeout: Duration) -> OutboundFrame {
        let (seconds, attoseconds) = timeout.components
        return OutboundFrame(
            to: .exchange(.requests, key: key), lane: .request, body: body,
            expiration: UInt32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000),
            contentType: "application/json")
    }
}
