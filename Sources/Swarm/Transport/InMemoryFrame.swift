import SwarmCore

/// What a message of the in-memory broker carries besides its key.
struct InMemoryFrame: Sendable {
    let exchange: TransportExchange?
    let body: [UInt8]
    let contentType: String?
    let correlationID: String?
    let replyTo: String?
    let headers: [String: String]

    init(_ frame: OutboundFrame) {
        exchange =
            switch frame.destination {
            case .exchange(let exchange, _): exchange
            case .queue: nil
            }
        body = frame.body
        contentType = frame.contentType
        correlationID = frame.correlationID
        replyTo = frame.replyTo
        headers = frame.headers
    }
}

extension InboundFrame {
    init(_ delivery: BrokerDelivery<InMemoryFrame>, lane: TransportLane, receipt: FrameReceipt?) {
        let frame = delivery.message.body
        self.init(
            lane: lane, exchange: frame.exchange, key: delivery.message.destination.key, body: frame.body,
            userID: delivery.message.userID, isRedelivered: delivery.isRedelivered, contentType: frame.contentType,
            correlationID: frame.correlationID, replyTo: frame.replyTo, headers: frame.headers, receipt: receipt)
    }
}
