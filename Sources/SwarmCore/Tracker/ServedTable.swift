import DequeModule

/// Requests of other nodes: what is being done, and what was answered, so that a repeated one is not done twice.
///
/// An answer is kept as long as its request lives, and a little longer. The id is kept for a minute more: a repetition
/// may come out of a blocked connection or a stalled process long after its time, and must not be carried out again.
struct ServedTable: Sendable {
    enum State: Sendable {
        case new
        case inProgress
        case answered(Reply)
        /// It was carried out; the answer is no longer here.
        case past
    }

    private struct Entry: Sendable {
        var expires: UInt64
        var isDone = false
        var reply: Reply?
    }

    private var entries: [RequestID: Entry] = [:]
    private var answers: Deque<RequestID> = []
    private var ids: Deque<RequestID> = []
    private var inProgress = 0

    static let grace: UInt64 = 2_000_000
    static let memory: UInt64 = 60_000_000
    /// More ids than this are forgotten early, the oldest first.
    static let idLimit = 1_000_000

    /// nil: too many are in progress.
    mutating func begin(_ id: RequestID, lifetime: UInt64, now: UInt64, limit: Int) -> State? {
        if let entry = entries[id] {
            if let reply = entry.reply { return .answered(reply) }
            return entry.isDone ? .past : .inProgress
        }
        guard inProgress < limit else { return nil }
        entries[id] = Entry(expires: now + lifetime + Self.grace)
        inProgress += 1
        answers.append(id)
        ids.append(id)
        return .new
    }

    /// The request was not carried out: a repetition is to be looked at afresh.
    mutating func forget(_ id: RequestID) {
        guard let entry = entries.removeValue(forKey: id), !entry.isDone else { return }
        inProgress -= 1
    }

    mutating func finish(_ reply: Reply) {
        guard let entry = entries[reply.id] else { return }
        if !entry.isDone { inProgress -= 1 }
        entries[reply.id]?.isDone = true
        entries[reply.id]?.reply = reply
    }

    /// In order of arrival; one with a long life keeps those behind it a while longer.
    mutating func expire(now: UInt64) {
        while let first = answers.first {
            if let entry = entries[first] {
                if now < entry.expires { break }
                if !entry.isDone { inProgress -= 1 }
                entries[first]?.isDone = true
                entries[first]?.reply = nil
            }
            answers.removeFirst()
        }
        while let first = ids.first {
            if let entry = entries[first], now < entry.expires + Self.memory, ids.count <= Self.idLimit { break }
            if let entry = entries.removeValue(forKey: first), !entry.isDone { inProgress -= 1 }
            ids.removeFirst()
        }
    }
}
