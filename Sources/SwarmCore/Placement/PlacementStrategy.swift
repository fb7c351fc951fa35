/// Decides which node owns a name. The user's own strategies conform to it too.
///
/// A strategy must be a pure function of its arguments, the same on every node: never use `Hasher`, the clock or
/// randomness. `digest` tells apart strategies that place differently; nodes that disagree refuse each other's
/// requests instead of acting upon them.
///
/// ```swift
/// struct FirstNode: PlacementStrategy {
///     var digest: UInt64 { 1 }
///     func layout(of candidates: [PlacementCandidate]) -> any PlacementLayout { FirstLayout(candidates) }
/// }
/// struct FirstLayout: PlacementLayout {
///     let nodes: [String]
///     init(_ candidates: [PlacementCandidate]) { nodes = candidates.map(\.name) }
///     func owners(of name: String, count: Int) -> [String] { Array(nodes.prefix(count)) }
/// }
/// ```
public protocol PlacementStrategy: Sendable {
    /// The same on all nodes that place alike, different otherwise: hash the type's name and its parameters.
    var digest: UInt64 { get }

    /// How many members must be heard for names to be owned at all; nil (the default) for no quorum.
    var quorum: Int? { get }

    /// Prepares lookups for these candidates (sorted by name, without duplicates, each of a weight above 0).
    /// Called once per change of the members.
    func layout(of candidates: [PlacementCandidate]) -> any PlacementLayout
}

extension PlacementStrategy {
    /// No quorum.
    public var quorum: Int? { nil }

    /// The most members that a cluster may have: 2K - 1 with a ``quorum`` of K, as only then two sides of a split cannot
    /// both have K; nil without. Further ones are refused.
    public var membersLimit: Int? {
        guard let quorum else { return nil }
        let double = max(quorum, 1).multipliedReportingOverflow(by: 2)
        return double.overflow ? .max : double.partialValue - 1
    }
}

/// A node that may own names.
public struct PlacementCandidate: Hashable, Sendable {
    /// The node's name. Placement does not depend on the incarnation: a restarted node gets its names back.
    public let name: String
    /// Share of the names, relative to the others. Default 100.
    public let weight: UInt32

    /// Creates a candidate.
    public init(name: String, weight: UInt32 = 100) {
        self.name = name
        self.weight = weight
    }
}

/// The answer of a ``PlacementStrategy`` for one set of candidates.
public protocol PlacementLayout: Sendable {
    /// The owner, or nil without candidates: the first of ``owners(of:count:)``, which is what the default asks for.
    func owner(of name: String) -> String?

    /// The owner of a name first, then those who follow if it is not there; `count` different nodes at the most.
    func owners(of name: String, count: Int) -> [String]
}

extension PlacementLayout {
    /// The first of the owners, or nil without candidates.
    public func owner(of name: String) -> String? { owners(of: name, count: 1).first }
}
