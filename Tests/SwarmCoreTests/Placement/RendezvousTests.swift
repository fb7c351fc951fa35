import SwarmCore
import Testing

@Suite struct RendezvousTests {
    @Test func hasNoQuorum() {
        #expect(Rendezvous().quorum == nil)
        #expect(Rendezvous().membersLimit == nil)
    }

    /// Equal weights take a shorter way, which must lead to the same place.
    @Test func onlyTheRelationOfTheWeightsMatters() {
        let nodes = (0..<10).map { "node\($0)" }
        let uniform = RendezvousLayout(nodes.map { PlacementCandidate(name: $0, weight: 7) })
        // One more node, so light that it hardly ever owns a name, forces the logarithms.
        let weighted = RendezvousLayout(
            nodes.map { PlacementCandidate(name: $0, weight: .max) } + [PlacementCandidate(name: "feather", weight: 1)])
        for name in NameShape.sequential.names(2000) {
            let owners = weighted.owners(of: name, count: 11)
            #expect(owners.last == "feather")
            #expect(Array(owners.dropLast()) == uniform.owners(of: name, count: 10))
            #expect(weighted.owner(of: name) == owners.first)
        }
    }

    /// Weights hold to the limits of sampling: six standard deviations of 40,000 names.
    @Test func sharesAreExact() {
        let layout = RendezvousLayout([
            PlacementCandidate(name: "a", weight: 1), PlacementCandidate(name: "b", weight: 9),
            PlacementCandidate(name: "c", weight: 90),
        ])
        var load: [String: Int] = [:]
        for name in NameShape.sequential.names(40_000) { load[layout.owner(of: name) ?? "", default: 0] += 1 }
        #expect((280...520).contains(load["a"] ?? 0), "\(load)")
        #expect((3256...3944).contains(load["b"] ?? 0), "\(load)")
        #expect((35_640...36_360).contains(load["c"] ?? 0), "\(load)")
    }
}
