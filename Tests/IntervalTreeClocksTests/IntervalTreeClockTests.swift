import Testing

@testable import IntervalTreeClocks

@Suite struct IntervalTreeClockTests {
    /// The run that the paper draws in section 5.1 and works through: forks, events, joins and the simplification that
    /// they end in.
    @Test func runOfThePaper() throws {
        var a = IntervalTreeClock.seed
        #expect(a.description == "(1, 0)")

        var c = a.fork()
        #expect(a.description == "((1, 0), 0)")
        #expect(c.description == "((0, 1), 0)")

        a.event()
        c.event()
        #expect(a.description == "((1, 0), (0, 1, 0))")
        #expect(c.description == "((0, 1), (0, 0, 1))")

        var b = a.fork()
        c.event()
        #expect(a.description == "(((1, 0), 0), (0, 1, 0))")
        #expect(b.description == "(((0, 1), 0), (0, 1, 0))")
        #expect(c.description == "((0, 1), (0, 0, 2))")

        a.event()
        b.join(c)
        #expect(a.description == "(((1, 0), 0), (0, (1, 1, 0), 0))")
        #expect(b.description == "(((0, 1), 1), (1, 0, 1))")

        c = b.fork()
        #expect(b.description == "(((0, 1), 0), (1, 0, 1))")
        #expect(c.description == "((0, 1), (1, 0, 1))")

        a.join(b)
        #expect(a.description == "((1, 0), (1, (0, 1, 0), 1))")
        #expect(a.compare(to: c) == .after)

        a.event()
        #expect(a.description == "((1, 0), 2)")
        #expect(a.compare(to: c) == .after)
    }

    @Test func aPeekCarriesTheEventsAndNoID() throws {
        let clock = try TreeNotation.clock("(0, (1, 0))", "(1, 2, (0, (1, 0, 2), 0))")
        let peeked = clock.peek()
        #expect(peeked.id.isNone)
        #expect(peeked.events == clock.events)
        #expect(peeked != clock)
        #expect(peeked.compare(to: clock) == .equal)
    }

    @Test func anAnonymousClockRecordsNothing() {
        var anonymous = IntervalTreeClock.seed.peek()
        let recorded = anonymous.event()
        #expect(!recorded)
        #expect(anonymous.events == .zero)
        #expect(anonymous.fork().id.isNone)
        #expect(anonymous.id.isNone)
    }

    @Test func aSendIsAnEventAndAReceiptIsAJoinAndAnEvent() {
        var sender = IntervalTreeClock.seed
        var receiver = sender.fork()
        sender.event()
        let message = sender.peek()
        let joined = receiver.join(message)
        #expect(joined)
        receiver.event()
        #expect(message.compare(to: receiver) == .before)
        #expect(receiver.compare(to: sender) == .after)
    }

    @Test func aJoinWithAnOverlappingIDKeepsTheOwnOne() throws {
        var clock = try TreeNotation.clock("(1, 0)", "(0, 1, 0)")
        let copy = try TreeNotation.clock("((0, 1), 1)", "(0, 0, 3)")
        let joined = clock.join(copy)
        #expect(!joined)
        #expect(clock.id.description == "(1, 0)")
        #expect(clock.events.description == "(1, 0, 2)")
    }

    @Test func aClockJoinedWithItselfStaysAsItIs() throws {
        let clock = try TreeNotation.clock("(1, 0)", "(0, 1, 0)")
        var other = clock
        let joined = other.join(clock)
        #expect(!joined)
        #expect(other == clock)
    }

    @Test func retiringGivesTheWholeIntervalBack() {
        var first = IntervalTreeClock.seed
        var second = first.fork()
        let third = second.fork()
        var joined = first.join(third)
        #expect(joined)
        joined = first.join(second)
        #expect(joined)
        #expect(first == .seed)
    }

    @Test func countersStopAtTheirLimit() throws {
        var clock = IntervalTreeClock(id: .seed, events: try TreeNotation.events("\(UInt64.max - 1)"))
        var recorded = clock.event()
        #expect(recorded)
        #expect(clock.events.description == "\(UInt64.max)")
        recorded = clock.event()
        #expect(!recorded)
        #expect(clock.events.description == "\(UInt64.max)")
        #expect(try IntervalTreeClock(decoding: clock.encoded()) == clock)
    }

    @Test func anEventGoesWhereThereIsRoom() throws {
        var clock = try TreeNotation.clock("((1, 0), (0, 1))", "(0, \(UInt64.max), \(UInt64.max - 1))")
        var recorded = clock.event()
        #expect(recorded)
        #expect(clock.events.description == "(\(UInt64.max - 1), 1, (0, 0, 1))")
        recorded = clock.event()
        #expect(!recorded)

        var other = IntervalTreeClock(id: try TreeNotation.id("(1, 0)"), events: clock.events)
        recorded = other.event()
        #expect(!recorded)
        other.join(clock)
        #expect(other.compare(to: clock) == .equal)
    }

    @Test func forksEndAtTheGreatestDepth() throws {
        var clock = IntervalTreeClock.seed
        var given: [IntervalTreeClock] = []
        for _ in 0..<IntervalTreeClock.maximumDepth {
            given.append(clock.fork())
            let recorded = clock.event()
            #expect(recorded)
        }
        let deepest = clock
        #expect(clock.fork().id.isNone)
        #expect(clock == deepest)
        let recorded = clock.event()
        #expect(recorded)
        #expect(try IntervalTreeClock(decoding: clock.encoded()) == clock)
        for other in given {
            let joined = clock.join(other)
            #expect(joined)
        }
        #expect(clock.id == .seed)
    }

    @Test func equalClocksHashAlike() throws {
        let a = try TreeNotation.clock("((1, 0), (0, 1))", "(1, (0, 1, 0), (0, 0, 2))")
        let b = try TreeNotation.clock("((1, 0), (0, 1))", "(1, (0, 1, 0), (0, 0, 2))")
        #expect(a == b)
        #expect(Set([a, b]).count == 1)
        #expect(Set([a, b, .seed, .seed.peek()]).count == 3)
    }

    /// The participants of a steady group come and go 10,000 times, and the clocks do not grow with that.
    @Test func clocksStaySmallOverManyForksAndJoins() {
        var generator = SeededGenerator(seed: 16)
        var live = [IntervalTreeClock.seed]
        while live.count < 16 {
            let index = Int.random(in: live.indices, using: &generator)
            live.append(live[index].fork())
        }
        var largest = 0
        for _ in 0..<10_000 {
            let forking = Int.random(in: live.indices, using: &generator)
            live.append(live[forking].fork())
            live[Int.random(in: live.indices, using: &generator)].event()
            let retired = live.remove(at: Int.random(in: live.indices, using: &generator))
            let heir = Int.random(in: live.indices, using: &generator)
            live[heir].join(retired)
            largest = max(largest, live[heir].encoded().count)
        }
        #expect(largest < 256, "the largest of all clocks took \(largest) bytes")
    }
}
