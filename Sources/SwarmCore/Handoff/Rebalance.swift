import DequeModule

/// Finds, in portions, the names that are hosted here and owned elsewhere.
struct Rebalance: Sendable {
    /// Names to be moved, found already.
    var queue: Deque<String> = []
    private var scan: [UInt64] = []
    private var next = 0

    var hasWork: Bool { !queue.isEmpty || next < scan.count }

    mutating func start(over workers: [UInt64]) {
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
