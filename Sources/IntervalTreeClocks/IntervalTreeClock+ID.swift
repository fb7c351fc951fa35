extension IntervalTreeClock {
    /// A share of the unit interval: what lets a participant count events apart from all others.
    ///
    /// Ids of live participants must not overlap. An id that is lost is only space that is not used again.
    public struct ID: Hashable, Sendable {
        /// The whole interval: the id of the first participant.
        public static let seed = ID(.one)

        /// No share at all: the id of an anonymous clock.
        public static let none = ID(.zero)

        let tree: IDTree

        init(_ tree: IDTree) { self.tree = tree }

        /// Whether this is the id of an anonymous clock.
        public var isNone: Bool { self == .none }

        /// The size of the encoded id in bits, before it is padded to whole bytes: a measure of how finely the interval
        /// has been divided. At least 3.
        public var bitCount: Int { tree.bitCount }

        /// Keeps one part of this id and returns the other one.
        ///
        /// Returns ``none`` and changes nothing if this id is ``none``, and if it could be split only by going beyond
        /// ``IntervalTreeClock/maximumDepth``.
        public mutating func split() -> ID {
            guard let (kept, given) = tree.split() else { return .none }
            self = ID(kept)
            return ID(given)
        }

        /// Gives away a part at most `depth` divisions deep and keeps the rest: who expects to give `n` parts and carves them
        /// at the depth of `log2(n)` leaves all of them equally large, where splits would halve what is left each time.
        ///
        /// Where nothing would be kept, this is ``split()``.
        public mutating func carve(depth: Int) -> ID {
            let depth = min(max(depth, 1), IntervalTreeClock.maximumDepth)
            guard let (kept, given) = tree.carved(depth: depth), kept != .zero else { return split() }
            self = ID(kept)
            return ID(given)
        }

        /// Adds another id to this one.
        ///
        /// - Throws: ``IntervalTreeClock/OverlapError`` if both hold a part of the same interval; this id is then unchanged.
        public mutating func join(_ other: ID) throws(OverlapError) {
            self = ID(try tree.sum(other.tree))
        }
    }
}

extension IntervalTreeClock.ID: CustomStringConvertible {
    /// The notation of the paper, as in `(0, (1, 0))`.
    public var description: String { tree.description }
}
