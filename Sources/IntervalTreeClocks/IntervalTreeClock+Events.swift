extension IntervalTreeClock {
    /// The events that a clock knows of: a count for each part of the unit interval.
    ///
    /// A value takes 16 bytes; copies share their trees.
    public struct Events: Hashable, Sendable {
        /// No events.
        public static let zero = Events(.leaf(0))

        let tree: EventTree

        init(_ tree: EventTree) { self.tree = tree }

        /// How these events stand to others.
        public func compare(to other: Events) -> CausalOrder {
            tree.compare(to: other.tree)
        }

        /// Adds the events that the other knows: the least tree that is not before either.
        public mutating func join(_ other: Events) {
            // Most often one side knows all that the other does, and nothing has to be built.
            switch compare(to: other) {
            case .equal, .after: break
            case .before: self = other
            case .concurrent: self = Events(tree.joined(with: other.tree))
            }
        }
    }
}

extension IntervalTreeClock.Events: CustomStringConvertible {
    /// The notation of the paper, as in `(1, 2, (0, (1, 0, 2), 0))`.
    public var description: String { tree.description }
}
