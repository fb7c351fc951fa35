package import Swarm

/// What a client asks or publishes.
package struct ClientMessage: Sendable {
    package var exchange: TransportExchange
    package var key: String
    package var body: [UInt8]
    package var contentType: String?
    package var headers: [String: String]

    package init(
        to exchange: TransportExchange = .requests, key: String, body: [UInt8],
        contentType: String? = "application/json", headers: [String: String] = [:]
    ) {
        self.exchange = exchange
        self.key = key
        self.body = body
        self.contentType = contentType
        self.headers = headers
    }
}

/// An answer to a client.
package struct ClientReply: Sendable, Equatable {
    package var body: [UInt8]
    package var contentType: String?
    package var headers: [String: String]
    /// Who answered, as the broker validated it.
    package var userID: String?
}
