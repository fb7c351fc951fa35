import DequeModule

/// Finds, in portions, the names that are hosted here and owned elsewhere.
struct Rebalance: Sendable {
    /// Names to be moved, found already.
    var queue: Deque<String> = []
    /// Names whose move failed, to be tried again: when (uptime), and the wait after that.
    private var retries: [String: (due: UInt64, wait: UInt64)] = [:]
    /// Uptime of the next look at all names, for what fell through: a worker that was just starting, say.
    private(set) var nextScan: UInt64 = 0
    private var scan: [UInt64] = []
    private var next = 0

    static let firstWait: UInt64 = 500_000
    static let longestWait: UInt64 = 30_000_000
    static let scanInterval: UInt64 = 60_000_000

    var hasWork: Bool { !queue.isEmpty || next < scan.count }
    var hasRetries: Bool { !retries.isEmpty }

    /// The move of this name is to be tried again, a little later each time.
    mutating func retry(_ name: String, now: UInt64) {
        let wait = retries[name]?.wait ?? Self.firstWait
        retries[name] = (now + wait, min(wait * 2, Self.longestWait))
    }

    /// The name has moved, or is gone.
    mutating func forget(_ name: String) { retries[name] = nil }

    /// Puts those whose time has come into the queue.
    mutating func queueRetries(now: UInt64) {
        for name in retries.filter({ now >= $0.value.due }).keys.sorted() {
            retries[name]?.due = .max
            queue.append(name)
        }
    }

    mutating func start(over workers: [UInt64], now: UInt64) {
        nextScan = now + Self.scanInterval
        retries.removeAll()
        queue.removeAll()
        scan = workers
        next = 0
    }

    /// The next workers to look at; empty while enough names wait to be moved.
    mutating func portion() -> ArraySlice<UInt64> {
        guard queue.count < 1_000, next < scan.count else { return [] }
        let end = min(next + 2_000, scan.count)
        defer { next = end }
        return scan[next..<end]
    }
}
