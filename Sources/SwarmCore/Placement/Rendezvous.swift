/// Weighted rendezvous hashing (highest random weight): each node draws a number for each name, and the best one owns it.
///
/// Balances better than ``Ring``, as no node has more than its share by the luck of its points, and when a node leaves its
/// names spread over all others evenly. Weights hold exactly. In exchange, finding an owner takes O(nodes).
///
/// A node's draw u in (0, 1) gives it the score -weight / ln u; the chance of the highest score is then exactly in
/// proportion to the weight. The logarithm is computed in integers: that of the C library may differ in the last bit from
/// one platform to the next, which would be two owners for one name.
///
/// Sources: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates" (IEEE/ACM Transactions on Networking,
/// 1998); Schindelhauer and Schomaker, "Weighted Distributed Hash Tables" (SPAA 2005), for the logarithm method.
public struct Rendezvous: PlacementStrategy, Hashable {
    /// Creates the strategy. It has no parameters.
    public init() {}

    /// The same for all.
    public var digest: UInt64 {
        var hash = StableHash()
        hash.combine("Rendezvous/1")
        return hash.finalize()
    }

    /// Prepares the hashes of the nodes, in O(nodes).
    public func layout(of candidates: [PlacementCandidate]) -> any PlacementLayout { RendezvousLayout(candidates) }
}

extension PlacementStrategy where Self == Rendezvous {
    /// Weighted rendezvous hashing. See ``Rendezvous``.
    public static var rendezvous: Rendezvous { Rendezvous() }
}
