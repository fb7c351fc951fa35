/// Questions of a client that wait for something, each with a deadline. Times are uptimes in nanoseconds.
struct PendingReplies<Waiter> {
    struct Entry {
        var waiter: Waiter
        var deadline: UInt64
        /// Whether it has left for the broker, so that it may have been executed.
        var isSent = false
    }

    private var entries: [UInt64: Entry] = [:]
    /// No deadline lies before this.
    private(set) var nextDeadline = UInt64.max

    var count: Int { entries.count }

    mutating func add(_ id: UInt64, _ waiter: Waiter, deadline: UInt64) {
        entries[id] = Entry(waiter: waiter, deadline: deadline)
        nextDeadline = min(nextDeadline, deadline)
    }

    func entry(_ id: UInt64) -> Entry? { entries[id] }

    /// False if nobody waits for it any more: then it need not be sent.
    mutating func markSent(_ id: UInt64) -> Bool {
        guard entries[id] != nil else { return false }
        entries[id]?.isSent = true
        return true
    }

    mutating func remove(_ id: UInt64) -> Entry? { entries.removeValue(forKey: id) }

    /// Takes out what has waited long enough, in the order of asking.
    mutating func expire(now: UInt64) -> [Entry] { takeOut { $0.deadline <= now }.map(\.entry) }

    /// Takes out what was sent: its answers would have come over a connection that is lost.
    mutating func takeSent() -> [Entry] { takeOut(\.isSent).map(\.entry) }

    mutating func takeAll() -> [Entry] { takeOut { _ in true }.map(\.entry) }

    private mutating func takeOut(_ isDue: (Entry) -> Bool) -> [(id: UInt64, entry: Entry)] {
        var due: [(id: UInt64, entry: Entry)] = []
        var next = UInt64.max
        for (id, entry) in entries {
            if isDue(entry) { due.append((id, entry)) } else { next = min(next, entry.deadline) }
        }
        for (id, _) in due { entries[id] = nil }
        nextDeadline = next
        return due.sorted { $0.id < $1.id }
    }
}
