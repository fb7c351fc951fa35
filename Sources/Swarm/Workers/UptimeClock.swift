#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The clock of the quorum lease: it never steps back and counts the time in which the machine was suspended.
package enum UptimeClock {
    /// Microseconds since the machine started; the same as `Instant.uptime`.
    package static func now() -> UInt64 {
        var time = timespec()
        #if os(Linux)
        // CLOCK_MONOTONIC stands still while the machine is suspended: a lease must not.
        clock_gettime(CLOCK_BOOTTIME, &time)
        #else
        clock_gettime(CLOCK_MONOTONIC, &time)
        #endif
        return UInt64(clamping: time.tv_sec) * 1_000_000 + UInt64(clamping: time.tv_nsec) / 1_000
    }
}
