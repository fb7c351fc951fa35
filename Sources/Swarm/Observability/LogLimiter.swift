import Synchronization

/// Lets a line about one subject through once a minute, and tells how many it held back since.
///
/// The table of subjects is bounded: when it is full it is emptied, which costs some lines too many.
package final class LogLimiter: Sendable {
    private struct Entry {
        var nextLine: UInt64
        var heldBack: Int
    }

    private static let limit = 1_024
    private let interval: UInt64
    private let entries = Mutex<[String: Entry]>([:])

    /// `interval` in microseconds.
    package init(interval: UInt64 = 60_000_000) { self.interval = interval }

    /// How many lines were held back, if one may be written now (uptime in microseconds); nil if not.
    package func admit(_ subject: String, now: UInt64) -> Int? {
        entries.withLock { entries in
            guard let entry = entries[subject] else {
                if entries.count >= Self.limit { entries.removeAll(keepingCapacity: true) }
                entries[subject] = Entry(nextLine: now + interval, heldBack: 0)
                return 0
            }
            guard now >= entry.nextLine else {
                entries[subject]?.heldBack += 1
                return nil
            }
            entries[subject] = Entry(nextLine: now + interval, heldBack: 0)
            return entry.heldBack
        }
    }
}
