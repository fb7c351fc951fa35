import SwarmCore
import Testing

@Suite struct RingTests {
    @Test func hasNoQuorum() {
        #expect(Ring().quorum == nil)
        #expect(Ring().membersLimit == nil)
        #expect(Ring().virtualNodes == 512)
    }

    @Test func virtualNodesAreBroughtIntoRange() {
        #expect(Ring(virtualNodes: 0).virtualNodes == 1)
        #expect(Ring(virtualNodes: .min).virtualNodes == 1)
        #expect(Ring(virtualNodes: .max).virtualNodes == 4096)
        #expect(Ring(virtualNodes: 0).digest == Ring(virtualNodes: 1).digest)
        #expect(Ring(virtualNodes: 1).digest != Ring(virtualNodes: 2).digest)
    }
}
