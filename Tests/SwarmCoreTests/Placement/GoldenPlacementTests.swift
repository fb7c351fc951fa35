import SwarmCore
import Testing

/// Owners fixed for ever, computed by an independent implementation.
///
/// If one of these fails, the change would move workers when a cluster is upgraded node by node, and nodes of both
/// releases would fight over them. Do not adapt the values: give the strategy another digest and a new name instead.
@Suite struct GoldenPlacementTests {
    struct Golden: CustomTestStringConvertible {
        let name: String
        let ring: [String]
        let weightedRing: [String]
        let rendezvous: [String]
        let weightedRendezvous: [String]
        var testDescription: String { name }

        init(_ name: String, _ ring: String, _ weightedRing: String, _ rendezvous: String, _ weighted: String) {
            self.name = name
            self.ring = ring.map { String($0) }
            self.weightedRing = weightedRing.map { String($0) }
            self.rendezvous = rendezvous.map { String($0) }
            self.weightedRendezvous = weighted.map { String($0) }
        }
    }

    private static let five = ["a", "b", "c", "d", "e"].map { PlacementCandidate(name: $0) }
    private static let weighted = [
        PlacementCandidate(name: "a", weight: 50), PlacementCandidate(name: "b"),
        PlacementCandidate(name: "c", weight: 300),
    ]

    @Test(arguments: [
        Golden("cart/42", "ade", "cba", "bca", "cba"),
        Golden("printer", "edb", "cba", "dca", "cab"),
        Golden("sensors.eu.temperature", "adb", "acb", "bca", "cba"),
        Golden("", "cbd", "cba", "dab", "abc"),
        Golden("Zürich/münze", "cbd", "cba", "bec", "bca"),
        Golden("0f8fad5b-d9cb-469f-a165-70867728950e", "adc", "acb", "abd", "abc"),
    ])
    func ownersStay(golden: Golden) {
        #expect(Ring().layout(of: Self.five).owners(of: golden.name, count: 3) == golden.ring)
        #expect(StaticQuorumRing(3).layout(of: Self.five).owners(of: golden.name, count: 3) == golden.ring)
        #expect(Ring().layout(of: Self.weighted).owners(of: golden.name, count: 3) == golden.weightedRing)
        #expect(Rendezvous().layout(of: Self.five).owners(of: golden.name, count: 3) == golden.rendezvous)
        #expect(Rendezvous().layout(of: Self.weighted).owners(of: golden.name, count: 3) == golden.weightedRendezvous)
    }

    /// One hash over the owners of 10,000 names.
    @Test func ownersOfManyNamesStay() {
        let even = (0..<10).map { PlacementCandidate(name: "node-\($0)") }
        let uneven = (0..<10).map { PlacementCandidate(name: "node-\($0)", weight: UInt32(50 + 25 * $0)) }
        #expect(Self.summary(Ring().layout(of: even)) == 0x244a_46f7_ad23_1330)
        #expect(Self.summary(Ring().layout(of: uneven)) == 0xe211_c8cf_9ae5_1fd6)
        #expect(Self.summary(Rendezvous().layout(of: even)) == 0xa720_ca45_9957_e14d)
        #expect(Self.summary(Rendezvous().layout(of: uneven)) == 0x80f8_8bf6_16cd_0daf)
    }

    @Test func digestsStay() {
        #expect(Ring().digest == 0x4a7c_b26e_3212_d876)
        #expect(Ring(virtualNodes: 256).digest == 0xa12e_b796_043a_1e01)
        #expect(StaticQuorumRing(3).digest == 0xce49_3ec3_8757_22c1)
        #expect(Rendezvous().digest == 0x3843_834b_851d_8a79)
    }

    private static func summary(_ layout: any PlacementLayout) -> UInt64 {
        var hash = StableHash()
        for number in 0..<10_000 { hash.combine(layout.owner(of: "worker-\(number)") ?? "") }
        return hash.finalize()
    }
}
