import SwarmCore

/// A process's two clocks, made of virtual time: one that runs a little too fast or slow from a start of its own, and a
/// wall clock that is off and may step.
struct SimulatedClock {
    /// The wall clock at virtual time 0.
    static let epoch: UInt64 = 1_800_000_000_000_000

    private let bornAt: UInt64
    private let uptimeAtBirth: UInt64
    /// Millionths by which it runs too fast.
    private let drift: Int64
    /// Microseconds by which the wall clock is off.
    var wallOffset: Int64

    init(bornAt: UInt64, uptimeAtBirth: UInt64, drift: Int64, wallOffset: Int64) {
        self.bornAt = bornAt
        self.uptimeAtBirth = uptimeAtBirth
        self.drift = drift
        self.wallOffset = wallOffset
    }

    func uptime(at time: UInt64) -> UInt64 {
        let elapsed = Int64(time - bornAt)
        return uptimeAtBirth + UInt64(elapsed + elapsed * drift / 1_000_000)
    }

    func instant(at time: UInt64) -> Instant {
        Instant(uptime: uptime(at: time), wall: UInt64(Int64(Self.epoch + time) + wallOffset))
    }

    /// The virtual time at which the uptime is at least so much.
    func time(ofUptime uptime: UInt64) -> UInt64 {
        guard uptime > uptimeAtBirth else { return bornAt }
        let span = uptime - uptimeAtBirth
        guard span < 1 << 50 else { return .max }
        var time = bornAt + UInt64(Int64(span) - Int64(span) * drift / 1_000_000)
        while self.uptime(at: time) < uptime { time += 1 }
        return time
    }
}
