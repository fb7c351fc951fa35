import DequeModule

/// Requests of other nodes: what is being done, and what was answered, so that a repeated one is not done twice.
struct ServedTable: Sendable {
    enum State: Sendable {
        case new
        case inProgress
        case answered(Reply)
    }

    private struct Entry: Sendable {
        var expires: UInt64
        var reply: Reply?
    }

    private var entries: [RequestID: Entry] = [:]
    private var order: Deque<RequestID> = []

    /// An answer is kept a little longer than the request lives, for repetitions on their way.
    static let grace: UInt64 = 2_000_000

    mutating func begin(_ id: RequestID, lifetime: UInt64, now: UInt64, limit: Int) -> State? {
        if let entry = entries[id] { return entry.reply.map(State.answered) ?? .inProgress }
        guard entries.count < limit else { return nil }
        entries[id] = Entry(expires: now + lifetime + Self.grace)
        order.append(id)
        return .new
    }

    /// The request was not carried out: a repetition is to be looked at afresh.
    mutating func forget(_ id: RequestID) { entries[id] = nil }

    mutating func finish(_ reply: Reply) {
        entries[reply.id]?.reply = reply
    }

    mutating func expire(now: UInt64) {
        // In order of arrival; one with a long life keeps those behind it a while longer.
        while let first = order.first {
            if let entry = entries[first], now < entry.expires { break }
            entries[first] = nil
            order.removeFirst()
        }
    }
}
