/// At most one introduction, or obituary, a second to each node; the table is bounded.
struct Introductions: Sendable {
    private var last: [NodeID: UInt64] = [:]
    private var nextFork: UInt64 = 0
    static let interval: UInt64 = 1_000_000
    static let limit = 4_096

    /// A lost grant is asked for again twice a second.
    mutating func allowsFork(now: UInt64) -> Bool {
        guard now >= nextFork else { return false }
        nextFork = now + Self.interval / 2
        return true
    }

    mutating func allows(_ node: NodeID, now: UInt64) -> Bool {
        if let before = last[node], now < before + Self.interval { return false }
        if last.count >= Self.limit { last = last.filter { now < $0.value + Self.interval } }
        guard last.count < Self.limit else { return false }
        last[node] = now
        return true
    }
}
