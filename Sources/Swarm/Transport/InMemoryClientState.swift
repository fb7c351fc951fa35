import SwarmCore

/// What the in-memory broker knows of a client from outside.
struct InMemoryClientState: Sendable {
    /// Who waits for the first answer, or for every one.
    enum Waiter: Sendable {
        case first(CheckedContinuation<InboundFrame, any Error>)
        case every(AsyncThrowingStream<InboundFrame, any Error>.Continuation)

        func answer(_ result: Result<InboundFrame, any Error>) {
            switch (self, result) {
            case (.first(let continuation), _): continuation.resume(with: result)
            case (.every(let continuation), .success(let frame)): continuation.yield(frame)
            case (.every(let continuation), .failure(let error)): continuation.finish(throwing: error)
            }
        }
    }

    struct Pending: Sendable {
        let waiter: Waiter
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
