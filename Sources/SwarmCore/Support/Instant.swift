/// A point in time as the core sees it: it never looks at a clock, it is told.
package struct Instant: Hashable, Sendable, Comparable {
    /// Microseconds on a clock that never steps back and counts suspension.
    package let uptime: UInt64
    /// Wall clock, in microseconds since 1970; may step.
    package let wall: UInt64

    package init(uptime: UInt64, wall: UInt64) {
        self.uptime = uptime
        self.wall = wall
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.uptime < right.uptime }
}
