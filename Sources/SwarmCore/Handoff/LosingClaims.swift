/// Own claims that lost to another live one, until the winner has their state.
struct LosingClaims: Sendable {
    private struct Entry: Sendable {
        var nextTry: UInt64
        var wait: UInt64
        var failures = 0
    }

    private var entries: [String: Entry] = [:]

    static let firstWait: UInt64 = 1_000_000
    static let longestWait: UInt64 = 30_000_000
    /// After so many failures of `resolveConflict` the state is given up: one worker of a name is worth more.
    static let failureLimit = 5

    var isEmpty: Bool { entries.isEmpty }

    mutating func add(_ name: String, now: UInt64) {
        if entries[name] == nil { entries[name] = Entry(nextTry: now, wait: Self.firstWait) }
    }

    mutating func remove(_ name: String) { entries[name] = nil }

    /// Those to be tried now, in order.
    func due(now: UInt64) -> [String] { entries.filter { now >= $0.value.nextTry }.keys.sorted() }

    /// The winner refused. Returns whether the state is to be given up.
    mutating func refused(_ name: String, now: UInt64, byWorker: Bool) -> Bool {
        guard var entry = entries[name] else { return false }
        if byWorker { entry.failures += 1 }
        entry.nextTry = now + entry.wait
        entry.wait = min(entry.wait * 2, Self.longestWait)
        entries[name] = entry
        return entry.failures >= Self.failureLimit
    }
}
