/// An interval tree clock: tells which of two versions came first, or that neither did, among participants that come
/// and go without any of them having a number of its own.
///
/// A clock is a pair of an ``ID``, the share of the unit interval that its holder alone may count events on, and
/// ``Events``, the events that it knows of. One participant begins with ``seed``; every other one begins with a
/// ``fork()`` of a clock that exists, and gives its share back by being joined into another (``join(_:)``).
///
///     var a = IntervalTreeClock.seed
///     var b = a.fork()
///     a.event()
///     b.event()
///     a.compare(to: b)    // .concurrent
///     b.join(a.peek())    // b learns what a knows
///     a.compare(to: b)    // .before
///
/// Clocks compare as causal histories do, provided that the ids in use never overlap: a clock that was forked,
/// retired or handed on must not be used again by its former holder. Both parts are kept in normal form, so `==`
/// compares meanings: the same id and the same events. Use ``compare(to:)`` to compare events alone.
///
/// Limits: ids and event trees are at most ``maximumDepth`` deep, and a counter holds at most `UInt64.max` events;
/// ``fork()`` and ``event()`` say what happens there.
///
/// Source: P. S. Almeida, C. Baquero, V. Fonte, "Interval Tree Clocks: A Logical Clock for Dynamic Systems",
/// OPODIS 2008.
public struct IntervalTreeClock: Hashable, Sendable {
    /// The greatest depth of an id and of an event tree: 128.
    ///
    /// No operation goes beyond it, so every clock that the operations make can be decoded, and operations, which are
    /// recursive, need little stack. An id as deep as that means 128 forks in one line of descent of which none was
    /// joined back.
    public static let maximumDepth = 128

    /// The most bytes that decoding accepts unless told otherwise: 65,536.
    ///
    /// A clock takes a few bytes for each participant that was ever counted apart; thousands fit.
    public static let defaultSizeLimit = 65_536

    /// The clock of the first participant: the whole interval and no events.
    public static let seed = IntervalTreeClock(id: .seed, events: .zero)

    /// The share of the interval on which the holder of this clock counts.
    public var id: ID

    /// The events that this clock knows of.
    public var events: Events

    /// Puts together a clock whose parts were kept apart.
    public init(id: ID, events: Events) {
        self.id = id
        self.events = events
    }

    /// Splits the id in two, keeps one half and returns a clock with the other half and the same events.
    ///
    /// The fork of an anonymous clock is anonymous. So is the fork of a clock whose id cannot be split because it is
    /// ``maximumDepth`` deep; this clock then keeps its id.
    public mutating func fork() -> IntervalTreeClock {
        IntervalTreeClock(id: id.split(), events: events)
    }

    /// Records a new event, so that this clock is after what it was and is not covered by any other.
    ///
    /// - Returns: Whether an event was recorded. The clock stays as it is and the result is false if it is anonymous
    ///   (its id is ``ID/none``), and if every counter that it may advance stands at `UInt64.max`.
    @discardableResult
    public mutating func event() -> Bool {
        guard let tree = events.tree.advanced(by: id.tree) else { return false }
        events = Events(tree)
        return true
    }

    /// Learns the events of another clock and takes over its id.
    ///
    /// To receive a message, join the anonymous clock that came with it (``peek()``). To retire a participant, join
    /// its whole clock into that of another one, and do not use it again.
    ///
    /// - Returns: Whether the ids were joined. If they overlap, which means that one of them is a copy, the events
    ///   are joined and this clock keeps the id that it had: a share of the interval that is lost costs some space, one
    ///   that is held twice would make concurrent events look ordered.
    @discardableResult
    public mutating func join(_ other: IntervalTreeClock) -> Bool {
        events.join(other.events)
        do {
            try id.join(other.id)
            return true
        } catch {
            return false
        }
    }

    /// An anonymous copy, which carries the events and cannot record any: for messages and versions at rest.
    public func peek() -> IntervalTreeClock {
        IntervalTreeClock(id: .none, events: events)
    }

    /// How the events of this clock stand to those of another one; ids play no part.
    public func compare(to other: IntervalTreeClock) -> CausalOrder {
        events.compare(to: other.events)
    }
}

extension IntervalTreeClock: CustomStringConvertible {
    /// The notation of the paper, as in `((0, 1), (1, 0, 2))`.
    public var description: String { "(\(id), \(events))" }
}
