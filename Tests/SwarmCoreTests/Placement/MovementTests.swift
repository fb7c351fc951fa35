import SwarmCore
import Testing

/// What a change of the nodes moves: the names of the node that comes or goes, and no others.
@Suite struct MovementTests {
    private static let names = NameShape.allCases.flatMap { $0.names(2000) }
    private static let nodes = (0..<10).map { "node\($0)" }

    @Test(arguments: ShippedStrategy.allCases, [0, 1, 2, 3, 4])
    func aJoinMovesOnlyItsShareAndOnlyToTheJoiner(strategy: ShippedStrategy, seed: Int) {
        let joiner = "joiner\(seed)"
        let before = strategy.layout(Self.nodes)
        let after = strategy.layout(Self.nodes + [joiner])
        var moved = 0
        for name in Self.names where before.owner(of: name) != after.owner(of: name) {
            moved += 1
            #expect(after.owner(of: name) == joiner)
        }
        let share = Double(moved) / Double(Self.names.count) * Double(Self.nodes.count + 1)
        #expect((0.85...1.15).contains(share), "moved \(share) of a share")
    }

    @Test(arguments: ShippedStrategy.allCases, [0, 4, 9])
    func aLeaveMovesOnlyTheNamesOfTheLeaverAndEachToItsSuccessor(strategy: ShippedStrategy, leaving: Int) {
        let before = strategy.layout(Self.nodes)
        let after = strategy.layout(Self.nodes.filter { $0 != Self.nodes[leaving] })
        var moved = 0
        for name in Self.names {
            let owners = before.owners(of: name, count: 2)
            if owners[0] == Self.nodes[leaving] {
                moved += 1
                #expect(after.owner(of: name) == owners[1])
            } else {
                #expect(after.owner(of: name) == owners[0])
            }
        }
        let share = Double(moved) / Double(Self.names.count) * Double(Self.nodes.count)
        #expect((0.85...1.15).contains(share), "moved \(share) of a share")
    }

    @Test(arguments: ShippedStrategy.allCases)
    func moreWeightMovesNamesOnlyToThatNode(strategy: ShippedStrategy) {
        let light = strategy.layout(Self.nodes.map { PlacementCandidate(name: $0) })
        let heavy = strategy.layout(Self.nodes.map { PlacementCandidate(name: $0, weight: $0 == "node3" ? 200 : 100) })
        var moved = 0
        for name in Self.names where light.owner(of: name) != heavy.owner(of: name) {
            moved += 1
            #expect(heavy.owner(of: name) == "node3")
        }
        // From 1/10 of the names to 2/11.
        let share = Double(moved) / Double(Self.names.count)
        #expect((0.06...0.10).contains(share), "moved \(share)")
    }

    /// The whole order, not the owner alone: checkpoints are kept by those who follow.
    @Test(arguments: ShippedStrategy.allCases)
    func theOrderOfTheOthersStays(strategy: ShippedStrategy) {
        let before = strategy.layout(Self.nodes)
        let after = strategy.layout(Self.nodes + ["joiner"])
        for name in Self.names.prefix(500) {
            let others = after.owners(of: name, count: 11).filter { $0 != "joiner" }
            #expect(others == before.owners(of: name, count: 10))
        }
    }
}
