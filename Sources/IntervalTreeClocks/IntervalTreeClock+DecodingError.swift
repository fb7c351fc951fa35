extension IntervalTreeClock {
    /// Bytes are not an encoded clock, id or event tree.
    public struct DecodingError: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong with the bytes.
        public struct Reason: Hashable, Sendable, CustomStringConvertible {
            /// There are more bytes than the size limit allows.
            public static let tooLarge = Reason("more bytes than the size limit allows")
            /// The bytes end within a tree.
            public static let truncated = Reason("the bytes end within a tree")
            /// A tree is deeper than ``IntervalTreeClock/maximumDepth``.
            public static let tooDeep = Reason("a tree is deeper than \(IntervalTreeClock.maximumDepth)")
            /// A count of events does not fit in 64 bits.
            public static let counterOverflow = Reason("a count of events does not fit in 64 bits")
            /// A tree is not in normal form, or written in a longer way than the shortest one.
            public static let notCanonical = Reason("a tree is not in its canonical form")
            /// Something other than the padding, fewer than eight zero bits, follows the last tree.
            public static let trailingBits = Reason("something follows the last tree")

            /// A phrase for logs.
            public let description: String

            private init(_ description: String) { self.description = description }
        }

        /// What is wrong.
        public let reason: Reason

        /// The number of bits that were read before it showed.
        public let bitOffset: Int

        /// A sentence for logs.
        public var description: String {
            "cannot decode an interval tree clock: \(reason) (at bit \(bitOffset))"
        }
    }
}
