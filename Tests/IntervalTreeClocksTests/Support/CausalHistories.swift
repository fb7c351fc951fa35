import IntervalTreeClocks

/// A run of participants whose clocks are kept beside their causal histories: the sets of the events they know of,
/// each event with a number of its own.
struct CausalHistories {
    struct Version {
        var clock: IntervalTreeClock
        var history: Set<Int>
    }

    private(set) var live: [Version]
    /// Anonymous copies of former states, as messages on the way and versions at rest.
    private(set) var kept: [Version] = []
    private var lastEvent = 0
    private var generator: SeededGenerator
    private let maximumLive: Int
    private let maximumKept = 8

    init(seed: UInt64, maximumLive: Int) {
        live = [Version(clock: .seed, history: [])]
        generator = SeededGenerator(seed: seed)
        self.maximumLive = maximumLive
    }

    /// Takes a random step; returns the version that it changed.
    mutating func step() -> Version {
        let index = Int.random(in: live.indices, using: &generator)
        switch Int.random(in: 0..<10, using: &generator) {
        case 0, 1:
            if live.count < maximumLive { fork(index) } else { return retireInto(index) }
        case 2:
            if live.count > 1 { return retireInto(index) } else { fork(index) }
        case 3:
            keep(index)
        case 4, 5, 6:
            receive(index)
        default:
            lastEvent += 1
            live[index].clock.event()
            live[index].history.insert(lastEvent)
        }
        return live[index]
    }

    private mutating func fork(_ index: Int) {
        let clock = live[index].clock.fork()
        live.append(Version(clock: clock, history: live[index].history))
    }

    private mutating func retireInto(_ index: Int) -> Version {
        let retired = live.remove(at: (index + 1 + Int.random(in: 0..<live.count - 1, using: &generator)) % live.count)
        let heir = Int.random(in: live.indices, using: &generator)
        live[heir].clock.join(retired.clock)
        live[heir].history.formUnion(retired.history)
        return live[heir]
    }

    private mutating func keep(_ index: Int) {
        if kept.count == maximumKept { kept.remove(at: Int.random(in: kept.indices, using: &generator)) }
        kept.append(Version(clock: live[index].clock.peek(), history: live[index].history))
    }

    private mutating func receive(_ index: Int) {
        let senders = kept + live
        guard let sender = senders.randomElement(using: &generator) else { return }
        live[index].clock.join(sender.clock.peek())
        live[index].history.formUnion(sender.history)
    }

    static func order(_ a: Set<Int>, _ b: Set<Int>) -> CausalOrder {
        if a == b { return .equal }
        if a.isSubset(of: b) { return .before }
        return a.isSuperset(of: b) ? .after : .concurrent
    }
}
