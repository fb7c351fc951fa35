/// One AMQP frame as it was read.
enum BrokerFrame: Equatable, Sendable {
    case reply(channel: UInt16, BrokerReply)
    case delivered(channel: UInt16, Delivery)
    /// A mandatory message that no queue took.
    case returned(channel: UInt16, exchange: String, key: String)
    case header(channel: UInt16, size: UInt64, MessageProperties)
    case body(channel: UInt16, [UInt8])
    /// The broker has a published message (or, negative, does not).
    case confirmed(channel: UInt16, tag: UInt64, multiple: Bool, isPositive: Bool)
    /// The broker ended a consumer: its queue is gone.
    case consumerCancelled(channel: UInt16, tag: String)
    case channelClosed(channel: UInt16, BrokerRefusal)
    case connectionClosed(BrokerRefusal)
    case blocked(String)
    case unblocked
    /// Nothing that matters here.
    case other
}

/// What comes before the content of a delivery.
struct Delivery: Equatable, Sendable {
    var consumerTag: String
    var tag: UInt64
    var isRedelivered: Bool
    var exchange: String
    var key: String
}

/// The properties of a message that Swarm uses.
struct MessageProperties: Equatable, Sendable {
    var contentType: String?
    var correlationID: String?
    var replyTo: String?
    /// Milliseconds.
    var expiration: UInt32?
    var messageID: String?
    var type: String?
    var userID: String?
    /// Text headers; others are left out when reading.
    var headers: [String: String] = [:]
}

/// Why a broker closed a channel or a connection.
struct BrokerRefusal: Hashable, Sendable, CustomStringConvertible {
    static let accessRefused: UInt16 = 403
    static let notFound: UInt16 = 404
    static let resourceLocked: UInt16 = 405
    static let preconditionFailed: UInt16 = 406
    /// What brokers answer for a virtual host that does not exist or may not be used.
    static let notAllowed: UInt16 = 530

    var code: UInt16
    var text: String

    var description: String { "\(code) \(text)" }
}
