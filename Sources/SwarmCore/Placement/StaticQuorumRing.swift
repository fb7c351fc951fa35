/// A ``Ring`` that owns names only while a quorum of K members is heard: consistent in a split, at the price of the smaller
/// side's availability.
///
/// Two sides of a split cannot both have K of at most 2K - 1 members; therefore more members than that are refused.
/// K is fixed ("static"): computed from the members that are left it would shrink with them, and protect nothing.
/// Choose K = 2 for three nodes, 3 for five. With fewer than K members no worker runs.
public struct StaticQuorumRing: PlacementStrategy, Hashable {
    /// How many members (the node itself included) must be heard. At least 1: a node refuses to start with less.
    public let quorum: Int?
    /// The ring that places the names.
    public let ring: Ring

    /// Creates a ring with a quorum.
    /// - Parameters:
    ///   - quorum: The members that must be heard, the node itself included; at least 1, checked when a node is made.
    ///   - virtualNodes: As of ``Ring``. Default 512; brought into 1...4096.
    public init(_ quorum: Int, virtualNodes: Int = 512) {
        self.quorum = quorum
        self.ring = Ring(virtualNodes: virtualNodes)
    }

    /// The highest K that makes sense: 2K - 1 members are then as many as a ring holds.
    package static let quorumLimit = HashRing.nodesLimit / 2

    /// Tells rings apart by ``quorum`` and the virtual nodes.
    public var digest: UInt64 {
        var hash = StableHash()
        hash.combine("StaticQuorumRing/1")
        hash.combine(UInt64(bitPattern: Int64(quorum ?? 0)))
        hash.combine(UInt64(ring.virtualNodes))
        return hash.finalize()
    }

    /// Builds the ring, in O(points log points). Places as ``Ring`` does.
    public func layout(of candidates: [PlacementCandidate]) -> any PlacementLayout { ring.layout(of: candidates) }
}

extension PlacementStrategy where Self == StaticQuorumRing {
    /// A ring that owns names only while `quorum` members are heard. See ``StaticQuorumRing``.
    /// - Parameter quorum: The members that must be heard, the node itself included; at least 1.
    public static func staticQuorum(_ quorum: Int) -> StaticQuorumRing { StaticQuorumRing(quorum) }
}
