import SwarmCore

/// What the in-memory broker knows of a client from outside.
struct InMemoryClientState: Sendable {
    struct Pending: Sendable {
        let continuation: CheckedContinuation<InboundFrame, any Error>
        let returnID: UInt64
    }

    struct Link: Sendable {
        let connection: BrokerConnectionID
        let exchanges: [TransportExchange: BrokerExchangeID]
        let replyQueue: BrokerQueueID
        let replyQueueName: String
    }

    static let pendingLimit = 65_536

    let cluster: String
    let user: String?
    var link: Link?
    /// Requests without an answer, by correlation id.
    var pending: [String: Pending] = [:]
    var correlations: [UInt64: String] = [:]
    var subscriptions: [BrokerQueueID: AsyncStream<InboundFrame>.Continuation] = [:]
    var nextReturnID: UInt64 = 1
    /// The frame that is being published now; it came back if this is nil afterwards.
    var publishing: UInt64?

    mutating func takeReturnID() -> UInt64 {
        defer { nextReturnID += 1 }
        return nextReturnID
    }

    mutating func takePending(_ correlationID: String) -> Pending? {
        guard let pending = pending.removeValue(forKey: correlationID) else { return nil }
        correlations[pending.returnID] = nil
        return pending
    }
}
