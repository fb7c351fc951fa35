import SwarmCore
import Testing

@Suite struct StaticQuorumRingTests {
    @Test(arguments: [(1, 1), (2, 3), (3, 5), (32_768, 65_535)])
    func takesTwiceTheQuorumLessOne(quorum: Int, limit: Int) {
        let strategy: any PlacementStrategy = .staticQuorum(quorum)
        #expect(strategy.quorum == quorum)
        #expect(strategy.membersLimit == limit)
    }

    /// Not brought into range: the configuration of a node refuses it, rather than run with another K than was meant.
    @Test(arguments: [0, -1, .min, .max])
    func aBadQuorumIsKeptForTheConfigurationToRefuse(quorum: Int) {
        let strategy = StaticQuorumRing(quorum)
        #expect(strategy.quorum == quorum)
        #expect(strategy.digest != StaticQuorumRing(1).digest)
        #expect(strategy.membersLimit == (quorum == .max ? .max : 1))
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
