/// Who owns what, for the members of the moment: one layout per kind, made when first asked for.
package struct PlacementTable: Sendable {
    /// A member that may own names.
    package struct Candidate: Hashable, Sendable {
        package let node: NodeID
        package let weight: UInt32
        package let kinds: [String]

        package init(node: NodeID, weight: UInt32, kinds: [String]) {
            self.node = node
            self.weight = weight
            self.kinds = kinds
        }
    }

    package private(set) var candidates: [Candidate] = []
    /// Equal on two nodes exactly if they place every name alike.
    package private(set) var digest: UInt64 = 0
    private var layouts: [String: any PlacementLayout] = [:]
    private var nodes: [String: NodeID] = [:]

    package init() {}

    /// Takes the members of the moment. Returns whether anything changed.
    package mutating func update(_ candidates: [Candidate], strategy: any PlacementStrategy) -> Bool {
        let sorted = candidates.sorted { $0.node < $1.node }
        var hash = StableHash(seed: strategy.digest)
        for candidate in sorted {
            hash.combine(candidate.node.name)
            hash.combine(candidate.node.incarnation)
            hash.combine(UInt64(candidate.weight))
            for kind in candidate.kinds { hash.combine(kind) }
        }
        let digest = hash.finalize()
        guard digest != self.digest || sorted != self.candidates else { return false }
        self.digest = digest
        self.candidates = sorted
        nodes = Dictionary(sorted.map { ($0.node.name, $0.node) }, uniquingKeysWith: max)
        layouts.removeAll()
        return true
    }

    /// The owner of a name of that kind first, then those who follow.
    package mutating func owners(
        of name: String, kind: String, count: Int, strategy: any PlacementStrategy
    ) -> [NodeID] {
        layout(of: kind, strategy: strategy).owners(of: name, count: count).compactMap { nodes[$0] }
    }

    package mutating func owner(of name: String, kind: String, strategy: any PlacementStrategy) -> NodeID? {
        layout(of: kind, strategy: strategy).owner(of: name).flatMap { nodes[$0] }
    }

    private mutating func layout(of kind: String, strategy: any PlacementStrategy) -> any PlacementLayout {
        if let layout = layouts[kind] { return layout }
        let able = candidates.filter { $0.kinds.contains(kind) }
            .map { PlacementCandidate(name: $0.node.name, weight: $0.weight) }
        let layout = strategy.layout(of: able)
        if layouts.count >= Self.layoutLimit { layouts.removeAll() }
        layouts[kind] = layout
        return layout
    }

    /// Kinds are strings from outside: no more layouts than this are kept.
    private static let layoutLimit = 256
}
