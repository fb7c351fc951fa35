/// A place in a node's log: the log of `origin`, at `sequence` (the first operation is 1).
///
/// The position of the `put` that registered a name is the *birth* of the name. It is kept through updates, moves and
/// restarts, so that "this log is covered and the name is absent" can only mean that it was unregistered.
package struct LogPosition: Hashable, Comparable, Sendable {
    package let origin: NodeID
    package let sequence: UInt64

    /// Stands for the whole of a log that has aged out: everything in it counts as seen. Above every real position.
    package static let all: UInt64 = (1 << 56) - 1

    package init(origin: NodeID, sequence: UInt64) {
        self.origin = origin
        self.sequence = sequence
    }

    package static func < (left: LogPosition, right: LogPosition) -> Bool {
        left.origin == right.origin ? left.sequence < right.sequence : left.origin < right.origin
    }
}
