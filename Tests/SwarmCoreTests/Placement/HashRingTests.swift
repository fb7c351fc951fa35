import SwarmCore
import Testing

@Suite struct HashRingTests {
    private static func candidates(_ weights: [UInt32]) -> [PlacementCandidate] {
        weights.enumerated().map { PlacementCandidate(name: "node\($0.offset)", weight: $0.element) }
    }

    @Test func pointsFollowTheWeights() {
        #expect(HashRing(Self.candidates([100]), virtualNodes: 512).pointCount == 512)
        #expect(HashRing(Self.candidates([50, 100, 300]), virtualNodes: 512).pointCount == 256 + 512 + 1536)
        // 3.4 and 3.5 points.
        #expect(HashRing(Self.candidates([34, 35]), virtualNodes: 10).pointCount == 3 + 4)
        #expect(HashRing(Self.candidates([1, 1]), virtualNodes: 10).pointCount == 2)
        #expect(HashRing([], virtualNodes: 512).pointCount == 0)
    }

    @Test func nonsenseOfPointsStillMakesARing() {
        for virtualNodes in [0, -1, .min] {
            let ring = HashRing(Self.candidates([100, 100]), virtualNodes: virtualNodes)
            #expect(ring.pointCount == 2)
            #expect(ring.owner(of: "x") != nil)
        }
    }

    /// The greatest weights do not take more memory than the limit, and stay in relation.
    @Test func memoryIsBoundedWhateverTheWeights() {
        let ring = HashRing(Self.candidates([.max, .max / 2, .max / 4, 1]), virtualNodes: .max)
        #expect(ring.pointCount <= HashRing.pointsLimit)
        #expect(ring.pointCount > HashRing.pointsLimit / 2)
        var load: [String: Int] = [:]
        for number in 0..<7000 { load[ring.owner(of: "cart/\(number)") ?? "", default: 0] += 1 }
        #expect((3800...4200).contains(load["node0"] ?? 0), "\(load)")
        #expect((1850...2150).contains(load["node1"] ?? 0), "\(load)")
        #expect((900...1100).contains(load["node2"] ?? 0), "\(load)")
        // The lightest node still has its point, and so a place in the order.
        #expect(ring.owners(of: "x", count: 4).count == 4)
    }

    @Test func nodesBeyondTheLimitOwnNothing() {
        let candidates = (0..<HashRing.nodesLimit + 10).map { PlacementCandidate(name: "n\(1_000_000 + $0)") }
        let ring = HashRing(candidates, virtualNodes: 1)
        #expect(ring.nodes.count == HashRing.nodesLimit)
        #expect(ring.nodes.last == "n\(1_000_000 + HashRing.nodesLimit - 1)")
        #expect(ring.pointCount == HashRing.nodesLimit)
    }

    /// With one point a node there are three arcs, and going round from any of them gives a rotation of one cycle.
    @Test func ownersFollowTheCircleRoundItsEnd() {
        let ring = HashRing(Self.candidates([100, 100, 100]), virtualNodes: 1)
        let cycle = ring.owners(of: "0", count: 3)
        let rotations: Set = [cycle, [cycle[1], cycle[2], cycle[0]], [cycle[2], cycle[0], cycle[1]]]
        #expect(Set((0..<2000).map { ring.owners(of: "\($0)", count: 3) }) == rotations)
        #expect(rotations.count == 3)
    }

    @Test func theSameCandidatesMakeTheSameRing() {
        let first = HashRing(Self.candidates([100, 200, 50]), virtualNodes: 64)
        let second = HashRing(Self.candidates([100, 200, 50]).shuffled(), virtualNodes: 64)
        #expect(first == second)
    }
}
