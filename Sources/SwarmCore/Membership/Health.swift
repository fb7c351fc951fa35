/// This node's own health: before it judges others it looks at itself.
package struct Health: Sendable {
    package var isConnected = false
    package var isBlocked = false
    /// Uptime of the last (re)connection.
    package var connectedAt: UInt64 = 0
    /// Uptime of the last own heartbeat that came back through the broker.
    package var lastEcho: UInt64 = 0
    /// Uptime of the last tick: a large step means that this process was stalled.
    package var lastTick: UInt64 = 0
    /// Until then a stall or a reconnect is too fresh for verdicts.
    package var frozenUntil: UInt64 = 0
    package private(set) var isHealthy = false

    /// True while others can be judged and ownership may change. Returns whether the answer changed.
    package mutating func assess(now: UInt64, interval: UInt64) -> Bool {
        let was = isHealthy
        isHealthy = isConnected && !isBlocked && now < lastEcho + 3 * interval && now >= frozenUntil
        return was != isHealthy
    }

    /// A stall or a reconnect: what this node knows of the others is old.
    package mutating func freeze(now: UInt64, interval: UInt64) {
        frozenUntil = max(frozenUntil, now + 2 * interval)
        isHealthy = false
    }
}
