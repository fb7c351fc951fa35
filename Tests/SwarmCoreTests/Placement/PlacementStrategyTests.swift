import SwarmCore
import Testing

@Suite struct PlacementStrategyTests {
    @Test(arguments: ShippedStrategy.allCases)
    func withoutCandidatesNobodyOwns(strategy: ShippedStrategy) {
        let layout = strategy.layout([PlacementCandidate]())
        #expect(layout.owner(of: "x") == nil)
        #expect(layout.owners(of: "x", count: 3) == [])
    }

    @Test(arguments: ShippedStrategy.allCases)
    func ownersAreDifferentAndAsManyAsThereAre(strategy: ShippedStrategy) {
        let nodes = (0..<20).map { "node\($0)" }
        let layout = strategy.layout(nodes)
        for name in NameShape.paths.names(200) {
            let all = layout.owners(of: name, count: .max)
            #expect(all.count == 20 && Set(all) == Set(nodes))
            for count in [1, 2, 3, 19, 20, 21] {
                #expect(layout.owners(of: name, count: count) == Array(all.prefix(count)))
            }
            #expect(layout.owners(of: name, count: 0) == [])
            #expect(layout.owners(of: name, count: -1) == [])
            #expect(layout.owner(of: name) == all[0])
        }
    }

    /// Placement must not hang upon the order in which a node came to know the others.
    @Test(arguments: ShippedStrategy.allCases)
    func theOrderOfTheCandidatesDoesNotMatter(strategy: ShippedStrategy) {
        let candidates = (0..<9).map { PlacementCandidate(name: "node\($0)", weight: UInt32(100 + $0 % 3 * 50)) }
        let layout = strategy.layout(candidates)
        let repeated = [PlacementCandidate(name: "idle", weight: 0)] + candidates.reversed() + candidates
        let other = strategy.layout(repeated)
        for name in NameShape.uuids.names(200) {
            #expect(layout.owners(of: name, count: 9) == other.owners(of: name, count: 10))
        }
    }

    @Test func staticMembersServeForAnyAndSome() {
        func digest(_ strategy: some PlacementStrategy) -> UInt64 { strategy.digest }
        let strategies: [any PlacementStrategy] = [.ring, .ring(virtualNodes: 64), .staticQuorum(3), .rendezvous]
        #expect(digest(.ring) == strategies[0].digest)
        #expect(digest(.ring(virtualNodes: 64)) == strategies[1].digest)
        #expect(digest(.staticQuorum(3)) == strategies[2].digest)
        #expect(digest(.rendezvous) == strategies[3].digest)
        #expect(Set(strategies.map(\.digest)).count == 4)
    }

    /// The user's own strategy needs no more than the example in the documentation shows.
    @Test func theUsersOwnStrategyWorks() {
        struct FirstLayout: PlacementLayout {
            let nodes: [String]
            func owners(of name: String, count: Int) -> [String] { Array(nodes.prefix(count)) }
        }
        struct FirstNode: PlacementStrategy {
            var digest: UInt64 { 1 }
            func layout(of candidates: [PlacementCandidate]) -> any PlacementLayout {
                FirstLayout(nodes: candidates.map(\.name))
            }
        }
        let strategy: any PlacementStrategy = FirstNode()
        #expect(strategy.layout(of: [PlacementCandidate(name: "a")]).owner(of: "x") == "a")
        #expect(strategy.layout(of: []).owner(of: "x") == nil)
        #expect(strategy.quorum == nil && strategy.membersLimit == nil)
    }

    @Test(arguments: [(1, 1), (2, 3), (3, 5), (0, 1), (-5, 1), (.max, .max)] as [(Int, Int)])
    func membersAreLimitedByTheQuorum(quorum: Int, limit: Int) {
        struct Own: PlacementStrategy {
            let quorum: Int?
            var digest: UInt64 { 2 }
            func layout(of candidates: [PlacementCandidate]) -> any PlacementLayout { Ring().layout(of: candidates) }
        }
        #expect(Own(quorum: quorum).membersLimit == limit)
    }
}
