import Testing

@testable import IntervalTreeClocks

@Suite struct EventsTests {
    typealias Events = IntervalTreeClock.Events

    @Test func aValueIsSmall() {
        #expect(MemoryLayout<Events>.stride == 16)
        #expect(MemoryLayout<IntervalTreeClock.ID>.stride == 8)
    }

    @Test(arguments: [
        ("0", "0", CausalOrder.equal), ("1", "2", .before), ("(0, 1, 0)", "1", .before),
        ("(0, 1, 0)", "(0, 0, 1)", .concurrent), ("(1, 0, 1)", "(0, 1, 0)", .after),
        ("2", "(1, (0, 1, 0), 1)", .after), ("(0, 3, 0)", "1", .concurrent),
        ("(1, 2, (0, (1, 0, 2), 0))", "(1, 2, (0, (1, 0, 2), 0))", .equal),
    ])
    func compare(a: String, b: String, order: CausalOrder) throws {
        let (a, b) = (try TreeNotation.events(a), try TreeNotation.events(b))
        #expect(a.compare(to: b) == order)
        let mirrored: CausalOrder = order == .before ? .after : order == .after ? .before : order
        #expect(b.compare(to: a) == mirrored)
    }

    /// Random trees, of all shapes and with shared parts, against functions of the interval.
    @Test func orderAndJoinAreThoseOfFunctions() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let depth = Int.random(in: 0...4, using: &generator)
            let a = Self.counts(depth: depth, using: &generator)
            let b =
                Bool.random(using: &generator) ? Self.counts(depth: depth, using: &generator) : Self.near(a, &generator)
            var (left, right) = (Events(Grid.tree(a[...])), Events(Grid.tree(b[...])))
            try #require(Grid.isNormal(left.tree))
            try #require(left.compare(to: right) == Grid.order(a, b), "\(left) to \(right)")
            try #require((left == right) == (a == b))
            let join = Events(Grid.tree(zip(a, b).map(max)[...]))
            let before = (left, right)
            try #require(Events(left.tree.joined(with: right.tree)) == join, "\(left) and \(right)")
            left.join(before.1)
            right.join(before.0)
            try #require(left == join && right == join, "\(before)")
            // Joining again shares parts of the trees with what they came from.
            try #require(before.0.compare(to: left) == Grid.order(a, zip(a, b).map(max)))
            try #require(Events(before.1.tree.joined(with: left.tree)) == join)
        }
    }

    /// An event raises counts, only on the id's share, by something that nobody else has.
    @Test func anEventRaisesOnlyTheOwnShare() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<20_000 {
            let depth = Int.random(in: 0...4, using: &generator)
            let counts = Self.counts(depth: depth, using: &generator)
            let id = Self.idTree(depth: depth, using: &generator)
            let tree = Grid.tree(counts[...])
            let share = Grid.share(id, depth: depth)
            guard let advanced = tree.advanced(by: id) else {
                try #require(id == .zero)
                continue
            }
            try #require(Grid.isNormal(advanced), "\(tree) by \(id): \(advanced)")
            let raised = Grid.counts(advanced, depth: depth)
            try #require(Grid.order(counts, raised) == .before, "\(tree) by \(id): \(advanced)")
            for index in counts.indices where !share[index] { try #require(raised[index] == counts[index]) }
        }
    }

    private static func counts(depth: Int, using generator: inout SeededGenerator) -> [UInt64] {
        let top: UInt64 = [0, 1, 2, 5].randomElement(using: &generator) ?? 1
        var counts: [UInt64] = []
        // Runs of equal counts make trees of uneven depth.
        while counts.count < 1 << depth {
            let count = UInt64.random(in: 0...top, using: &generator)
            let run = Int.random(in: 1...4, using: &generator)
            for _ in 0..<min(run, 1 << depth - counts.count) { counts.append(count) }
        }
        return counts
    }

    private static func near(_ counts: [UInt64], _ generator: inout SeededGenerator) -> [UInt64] {
        let lift = UInt64.random(in: 0...1, using: &generator)
        return counts.map { $0 + lift + (UInt64.random(in: 0...9, using: &generator) == 0 ? 1 : 0) }
    }

    private static func idTree(depth: Int, using generator: inout SeededGenerator) -> IDTree {
        if depth == 0 || Int.random(in: 0..<4, using: &generator) == 0 {
            return Bool.random(using: &generator) ? .one : .zero
        }
        let left = idTree(depth: depth - 1, using: &generator)
        return .pair(left, idTree(depth: depth - 1, using: &generator))
    }
}
