import DequeModule

/// This node's own health: before it judges others it looks at itself.
package struct Health: Sendable {
    package var isConnected = false
    package var isBlocked = false
    /// Uptime of the last (re)connection.
    package var connectedAt: UInt64 = 0
    /// Uptime at which the last own heartbeat that came back through the broker was sent. What waited in the queue
    /// while this process stood still is thus not taken for fresh, neither the echo nor what stands beside it.
    package private(set) var lastEcho: UInt64 = 0
    /// When the last beats were sent.
    private var sent: Deque<(beat: UInt64, at: UInt64)> = []
    private static let sentLimit = 64
    /// Uptime of the last tick: a large step means that this process was stalled.
    package var lastTick: UInt64 = 0
    /// Until then a stall or a reconnect is too fresh for verdicts.
    package var frozenUntil: UInt64 = 0
    package private(set) var isHealthy = false

    package mutating func beatSent(_ beat: UInt64, now: UInt64) {
        sent.append((beat, now))
        if sent.count > Self.sentLimit { sent.removeFirst() }
    }

    package mutating func echo(of beat: UInt64) {
        guard let found = sent.first(where: { $0.beat == beat }) else { return }
        lastEcho = max(lastEcho, found.at)
    }

    /// A new connection: what it brings back is still to be seen.
    package mutating func forgetEcho() {
        lastEcho = 0
        sent.removeAll()
    }

    /// Whether what arrives now was sent just now.
    package func isFresh(now: UInt64, interval: UInt64) -> Bool { lastEcho > 0 && now < lastEcho + 2 * interval }

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
