/// How long to wait before the next attempt: exponential with full jitter, so that the clients of a broker that comes
/// back do not come all at once.
struct Backoff: Sendable {
    let base: Duration
    let limit: Duration
    private(set) var failures = 0

    init(base: Duration = .milliseconds(100), limit: Duration = .seconds(5)) {
        self.base = base
        self.limit = limit
    }

    /// The wait after one more failure: evenly distributed between the base and the base doubled with each failure, at
    /// most the limit. `random` is any 64 bits.
    mutating func next(random: UInt64) -> Duration {
        failures += 1
        let ceiling = min(limit, base * (1 << min(failures, 20)))
        let span = UInt64(max(ceiling - base, .zero) / .microseconds(1))
        return base + .microseconds(Int64(random.multipliedFullWidth(by: span + 1).high))
    }

    /// It worked.
    mutating func reset() { failures = 0 }
}
