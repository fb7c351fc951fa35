/// Places names on a consistent-hash ring with virtual nodes: the default strategy.
///
/// A node that joins takes about its share of the names, all from others to itself; one that leaves gives away its own and
/// no others. In a split each side goes on with the nodes that it has; see ``StaticQuorumRing`` for the other choice.
///
/// Finding an owner takes O(log points). A ring of 200 nodes with 512 virtual nodes each has 102,400 points (800 KiB);
/// 1,048,576 points (8 MiB) is the most it takes, above which all nodes have fewer.
///
/// Source: Karger et al., "Consistent Hashing and Random Trees" (STOC 1997).
public struct Ring: PlacementStrategy, Hashable {
    /// Points of a node of weight 100; other weights in proportion, at least one. Default 512, from 1 to 4096.
    ///
    /// With n of them the load of a node differs from its fair share by a standard deviation of about 1/√n: 4.4 % for
    /// 512, so that the fullest of ten nodes has some 8 % more than its share (18 % in the worst of 100 clusters).
    /// Must be the same on all nodes: those that differ refuse each other's requests.
    public let virtualNodes: Int

    /// Creates a ring.
    /// - Parameter virtualNodes: Points of a node of weight 100. Default 512; brought into 1...4096.
    public init(virtualNodes: Int = 512) {
        self.virtualNodes = min(max(virtualNodes, 1), 4096)
    }

    /// Tells rings apart by ``virtualNodes``.
    public var digest: UInt64 {
        var hash = StableHash()
        hash.combine("Ring/1")
        hash.combine(UInt64(virtualNodes))
        return hash.finalize()
    }

    /// Builds the ring, in O(points log points).
    public func layout(of candidates: [PlacementCandidate]) -> any PlacementLayout {
        HashRing(candidates, virtualNodes: virtualNodes)
    }
}

extension PlacementStrategy where Self == Ring {
    /// A consistent-hash ring of 512 virtual nodes per weight of 100. See ``Ring``.
    public static var ring: Ring { Ring() }

    /// A consistent-hash ring.
    /// - Parameter virtualNodes: Points of a node of weight 100, from 1 to 4096.
    public static func ring(virtualNodes: Int) -> Ring { Ring(virtualNodes: virtualNodes) }
}
