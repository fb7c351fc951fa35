import SwarmCore
import Testing

@Suite struct StaticQuorumRingTests {
    @Test(arguments: [(1, 1), (2, 3), (3, 5), (32_768, 65_535)])
    func takesTwiceTheQuorumLessOne(quorum: Int, limit: Int) {
        let strategy: any PlacementStrategy = .staticQuorum(quorum)
        #expect(strategy.quorum == quorum)
        #expect(strategy.membersLimit == limit)
    }

    @Test func theQuorumIsBroughtIntoRange() {
        #expect(StaticQuorumRing(0).quorum == 1)
        #expect(StaticQuorumRing(.min).quorum == 1)
        #expect(StaticQuorumRing(.max).quorum == 32_768)
    }

    @Test func nodesOfAnotherQuorumOrRingAreToldApart() {
        let digests = [
            StaticQuorumRing(2).digest, StaticQuorumRing(3).digest, StaticQuorumRing(3, virtualNodes: 64).digest,
            Ring().digest,
        ]
        #expect(Set(digests).count == 4)
        #expect(StaticQuorumRing(3).digest == StaticQuorumRing(3).digest)
    }
}
