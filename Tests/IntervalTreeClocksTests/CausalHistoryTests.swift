import Testing

@testable import IntervalTreeClocks

/// The defining property of the clocks: they order versions exactly as causal histories do.
@Suite struct CausalHistoryTests {
    /// Thousands of runs, in slices that the test runner may spread.
    @Test(arguments: 0..<40)
    func clocksOrderVersionsAsHistoriesDo(slice: Int) throws {
        var seen: Set<CausalOrder> = []
        for seed in 0..<75 {
            let seed = UInt64(slice * 75 + seed)
            var run = CausalHistories(seed: seed, maximumLive: 2 + Int(seed % 9))
            for step in 0..<60 {
                let changed = run.step()
                for other in run.live + run.kept {
                    let order = changed.clock.compare(to: other.clock)
                    seen.insert(order)
                    try #require(
                        order == CausalHistories.order(changed.history, other.history),
                        "seed \(seed), step \(step): \(changed.clock) to \(other.clock)"
                    )
                }
                try check(changed.clock, seed: seed, step: step)
            }
            try checkIDs(run.live.map(\.clock.id), seed: seed)
        }
        #expect(seen == [.equal, .before, .after, .concurrent])
    }

    private func check(_ clock: IntervalTreeClock, seed: UInt64, step: Int) throws {
        let place: Comment = "seed \(seed), step \(step): \(clock)"
        try #require(Grid.isNormal(clock.events.tree), place)
        try #require(Grid.isNormal(clock.id.tree), place)
        try #require(try IntervalTreeClock(decoding: clock.encoded()) == clock, place)
        try #require(try IntervalTreeClock.ID(decoding: clock.id.encoded()) == clock.id, place)
        try #require(try IntervalTreeClock.Events(decoding: clock.events.encoded()) == clock.events, place)
        try #require(clock.id.encoded().count == (clock.id.bitCount + 7) / 8, place)
    }

    /// The ids of live participants never overlap and together are the seed.
    private func checkIDs(_ ids: [IntervalTreeClock.ID], seed: UInt64) throws {
        var sum = IntervalTreeClock.ID.none
        for id in ids {
            try #require(!id.isNone, "seed \(seed)")
            try sum.join(id)
        }
        try #require(sum == .seed, "seed \(seed)")
    }

    /// Ids that are lost in crashes stay lost, the rest never overlap, and order holds.
    @Test func orderHoldsWhereParticipantsCrash() throws {
        for seed in 0..<200 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var live = [IntervalTreeClock.seed]
            var histories: [Set<Int>] = [[]]
            for event in 0..<120 {
                let index = Int.random(in: live.indices, using: &generator)
                switch Int.random(in: 0..<6, using: &generator) {
                case 0 where live.count < 8:
                    live.append(live[index].fork())
                    histories.append(histories[index])
                case 1 where live.count > 1:
                    live.remove(at: index)
                    histories.remove(at: index)
                case 2:
                    let sender = Int.random(in: live.indices, using: &generator)
                    live[index].join(live[sender].peek())
                    histories[index].formUnion(histories[sender])
                default:
                    live[index].event()
                    histories[index].insert(event)
                }
            }
            var sum = IntervalTreeClock.ID.none
            for (a, history) in zip(live, histories) {
                try sum.join(a.id)
                for (b, other) in zip(live, histories) {
                    try #require(a.compare(to: b) == CausalHistories.order(history, other), "seed \(seed)")
                }
            }
        }
    }
}
