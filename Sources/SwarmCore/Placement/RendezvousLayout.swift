/// The nodes of ``Rendezvous`` with their hashes.
package struct RendezvousLayout: PlacementLayout {
    private struct Node: Sendable {
        let name: String
        let hash: UInt64
        let weight: UInt64
    }

    /// A node's draw for a name. `cost` is -log2 of it: the lowest cost per weight owns the name.
    private struct Draw {
        let node: Int
        let hash: UInt64
        let cost: UInt64
        let weight: UInt64

        /// Compares cost/weight exactly, by multiplying crosswise. Equal: the higher hash, then the earlier name.
        func isBefore(_ other: Draw) -> Bool {
            let left = cost.multipliedFullWidth(by: other.weight)
            let right = other.cost.multipliedFullWidth(by: weight)
            if left.high != right.high { return left.high < right.high }
            if left.low != right.low { return left.low < right.low }
            return hash == other.hash ? node < other.node : hash > other.hash
        }
    }

    /// The seeds are part of the protocol: placement must not change between releases.
    private static let nodeSeed: UInt64 = 0x6872_772e_6e6f_6465
    private static let nameSeed: UInt64 = 0x6872_772e_6b65_7973

    private let nodes: [Node]
    /// With one weight for all, the order of the draws is that of their hashes, and no logarithm is needed.
    private let isUniform: Bool
    private let logarithm = FixedPointLogarithm.shared

    package init(_ candidates: [PlacementCandidate]) {
        nodes = candidates.canonical().map { candidate in
            Node(
                name: candidate.name, hash: Self.hash(candidate.name, seed: Self.nodeSeed),
                weight: UInt64(candidate.weight))
        }
        isUniform = Set(nodes.map(\.weight)).count <= 1
    }

    private static func hash(_ text: String, seed: UInt64) -> UInt64 {
        var hash = StableHash(seed: seed)
        hash.combine(text)
        return hash.finalize()
    }

    private func draw(of node: Int, for name: UInt64) -> Draw {
        let hash = StableHash.mix(nodes[node].hash ^ name)
        // Without a logarithm any cost that falls as the hash grows gives the same order.
        let cost = isUniform ? ~hash : logarithm.negativeLog2(of: hash)
        return Draw(node: node, hash: hash, cost: cost, weight: isUniform ? 1 : nodes[node].weight)
    }

    /// O(nodes), without allocation.
    package func owner(of name: String) -> String? {
        guard !nodes.isEmpty else { return nil }
        let name = Self.hash(name, seed: Self.nameSeed)
        var best = draw(of: 0, for: name)
        for node in nodes.indices.dropFirst() {
            let next = draw(of: node, for: name)
            if next.isBefore(best) { best = next }
        }
        return nodes[best.node].name
    }

    /// The nodes by their draws, best first. Each node is followed by the one that owns the name if it is gone.
    package func owners(of name: String, count: Int) -> [String] {
        guard count > 1 else { return count == 1 ? owner(of: name).map { [$0] } ?? [] : [] }
        let name = Self.hash(name, seed: Self.nameSeed)
        let draws = nodes.indices.map { draw(of: $0, for: name) }.sorted { $0.isBefore($1) }
        return draws.prefix(count).map { nodes[$0.node].name }
    }
}
