extension IntervalTreeClock {
    /// Two ids hold a part of the same interval: one of them is a copy, or of another seed.
    public struct OverlapError: Error, Hashable, Sendable, CustomStringConvertible {
        init() {}

        /// A sentence for logs.
        public var description: String { "the interval tree clock ids overlap" }
    }
}
