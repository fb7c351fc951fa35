/// A consistent-hash ring with virtual nodes: a pure value, the same on every node.
///
/// Each node puts points on a circle of 2^48 positions, as many as its weight asks for; the owner of a name is the node
/// of the first point at or after the name's position. A point depends on nothing but its node's name and its number, so
/// a node that joins takes names from others and moves none between them. Points at one position: the node whose name
/// comes first in the order of bytes has it.
///
/// Source: Karger et al., "Consistent Hashing and Random Trees" (STOC 1997).
package struct HashRing: Hashable, Sendable {
    /// Points of all nodes together: 8 MiB. Above it the points of all nodes are halved until they fit, each keeping at
    /// least one. Weights stay as they are in relation, but passing that limit moves more names than needed.
    package static let pointsLimit = 1 << 20
    /// The number of a node has 16 bits. Nodes beyond it, in the order of names, own nothing.
    package static let nodesLimit = 1 << nodeBits

    private static let nodeBits: UInt64 = 16
    private static let positionMask = ~UInt64(0) << nodeBits
    /// The seeds are part of the protocol: placement must not change between releases.
    private static let nodeSeed: UInt64 = 0x7269_6e67_2e6e_6f64
    private static let nameSeed: UInt64 = 0x7269_6e67_2e6b_6579

    /// In the order of names.
    package let nodes: [String]
    /// Ascending. The position is in the upper 48 bits, the number of the node in the lower 16: one word a point makes
    /// sorting cheap, and gives the order of points at the same position.
    private let points: [UInt64]

    /// The number of points of all nodes.
    package var pointCount: Int { points.count }

    /// Builds a ring in O(points log points). `virtualNodes` is the number of points of a node of weight 100.
    package init(_ candidates: [PlacementCandidate], virtualNodes: Int) {
        let candidates = Array(candidates.canonical().prefix(Self.nodesLimit))
        let counts = Self.pointCounts(of: candidates, virtualNodes: UInt64(clamping: virtualNodes))
        var points: [UInt64] = []
        points.reserveCapacity(counts.reduce(0, +))
        for (number, candidate) in candidates.enumerated() {
            var hash = StableHash(seed: Self.nodeSeed)
            hash.combine(candidate.name)
            var positions = SplitMix64(seed: hash.finalize())
            for _ in 0..<counts[number] {
                points.append(positions.next() & Self.positionMask | UInt64(number))
            }
        }
        points.sort()
        self.nodes = candidates.map(\.name)
        self.points = points
    }

    /// Points in proportion to the weights, at least one each, at most ``pointsLimit`` together.
    private static func pointCounts(of candidates: [PlacementCandidate], virtualNodes: UInt64) -> [Int] {
        let perHundred = min(virtualNodes, UInt64(pointsLimit))
        let wanted = candidates.map { (UInt64($0.weight) * perHundred + 50) / 100 }
        var halvings = 0
        while true {
            let counts = wanted.map { max(1, $0 >> UInt64(halvings)) }
            if counts.reduce(0, +) <= UInt64(pointsLimit) { return counts.map { Int($0) } }
            halvings += 1
        }
    }

    private static func position(of name: String) -> UInt64 {
        var hash = StableHash(seed: nameSeed)
        hash.combine(name)
        return hash.finalize() & positionMask
    }

    /// The place of the first point at or after the position, going round at the end. There is at least one point.
    private func firstPoint(from position: UInt64) -> Int {
        var low = 0
        var high = points.count
        while low < high {
            let middle = (low + high) / 2
            if points[middle] < position { low = middle + 1 } else { high = middle }
        }
        return low == points.count ? 0 : low
    }

    private func node(at place: Int) -> Int { Int(points[place] & ~Self.positionMask) }
}

extension HashRing: PlacementLayout {
    /// O(log points), without allocation.
    package func owner(of name: String) -> String? {
        guard !points.isEmpty else { return nil }
        return nodes[node(at: firstPoint(from: Self.position(of: name)))]
    }

    /// Different nodes in the order of the ring. Each node is followed by the one that owns the name if it is gone.
    package func owners(of name: String, count: Int) -> [String] {
        let count = min(count, nodes.count)
        guard count > 0 else { return [] }
        var owners: [String] = []
        owners.reserveCapacity(count)
        var isTaken = [Bool](repeating: false, count: nodes.count)
        var place = firstPoint(from: Self.position(of: name))
        // Every node has a point, so one round finds them all.
        while owners.count < count {
            let node = node(at: place)
            if !isTaken[node] {
                isTaken[node] = true
                owners.append(nodes[node])
            }
            place = place + 1 == points.count ? 0 : place + 1
        }
        return owners
    }
}
