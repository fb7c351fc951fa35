package import IntervalTreeClocks

/// What a claimant knew of the other claims on a name: the event tree of the name and the universe it belongs to.
package struct Stamp: Hashable, Sendable {
    package let universe: Universe
    package let events: IntervalTreeClock.Events

    package init(universe: Universe, events: IntervalTreeClock.Events) {
        self.universe = universe
        self.events = events
    }

    /// The causal order of two stamps of one birth, or nil where only the tokens can tell (another universe).
    package func compare(to other: Stamp) -> CausalOrder? {
        universe == other.universe ? events.compare(to: other.events) : nil
    }
}
