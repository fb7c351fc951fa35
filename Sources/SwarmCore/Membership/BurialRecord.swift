/// A dead node, from the verdict until it is forgotten.
package struct BurialRecord: Sendable {
    package var life: UInt32
    package var cause: Verdict.Cause
    /// Uptime of the verdict.
    package var since: UInt64
    /// How much of its log each survivor has.
    package var reports: [NodeID: UInt64] = [:]
    /// Its log is as long as it will get: its names may be started elsewhere.
    package var isSettled = false
    /// No earlier than this (uptime), for strategies with a quorum.
    package var notBefore: UInt64
}
