/// Remembers how often each name failed of late, for the exponential backoff of its restarts.
struct RestartLedger {
    private struct Entry {
        var failures: Int
        var last: Duration
    }

    /// Names remembered; above, those whose time is over are forgotten, and if there are none, all.
    static let limit = 10_000

    private let first: Duration
    private let longest: Duration
    private let reset: Duration
    private var entries: [String: Entry] = [:]

    var count: Int { entries.count }

    init(first: Duration, longest: Duration, reset: Duration) {
        self.first = first
        self.longest = longest
        self.reset = reset
    }

    /// How long to wait before `name` is started again after a failure at `now` (any clock that only grows).
    mutating func backoff(of name: String, now: Duration) -> Duration {
        var failures = 0
        // A long backoff must not itself count as health.
        if let entry = entries[name], now - entry.last < reset + delay(after: entry.failures) {
            failures = entry.failures
        }
        if entries[name] == nil, entries.count >= Self.limit { prune(now: now) }
        entries[name] = Entry(failures: failures + 1, last: now)
        return delay(after: failures + 1)
    }

    private func delay(after failures: Int) -> Duration {
        guard failures > 0 else { return .zero }
        var delay = first
        for _ in 1..<min(failures, 64) where delay < longest { delay = delay * 2 }
        return min(delay, longest)
    }

    private mutating func prune(now: Duration) {
        entries = entries.filter { now - $0.value.last < reset }
        if entries.count >= Self.limit { entries.removeAll() }
    }
}
