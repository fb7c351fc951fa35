@testable import IntervalTreeClocks

/// Trees as what they mean, functions of the unit interval, sampled at `2^depth` places: the reference for operations
/// on trees that is too plain to be wrong.
enum Grid {
    static func counts(_ tree: EventTree, depth: Int) -> [UInt64] {
        switch tree {
        case .leaf(let n):
            return Array(repeating: n, count: 1 << depth)
        case .node(let node):
            return (counts(node.left, depth: depth - 1) + counts(node.right, depth: depth - 1)).map { node.base + $0 }
        }
    }

    static func share(_ tree: IDTree, depth: Int) -> [Bool] {
        switch tree {
        case .zero: return Array(repeating: false, count: 1 << depth)
        case .one: return Array(repeating: true, count: 1 << depth)
        case .node(let node): return share(node.left, depth: depth - 1) + share(node.right, depth: depth - 1)
        }
    }

    static func order(_ a: [UInt64], _ b: [UInt64]) -> CausalOrder {
        let pairs = zip(a, b)
        switch (pairs.allSatisfy { $0 <= $1 }, pairs.allSatisfy { $0 >= $1 }) {
        case (true, true): return .equal
        case (true, false): return .before
        case (false, true): return .after
        case (false, false): return .concurrent
        }
    }

    /// The event tree in normal form that means these counts.
    static func tree(_ counts: ArraySlice<UInt64>) -> EventTree {
        guard counts.count > 1 else { return .leaf(counts.first ?? 0) }
        let middle = counts.startIndex + counts.count / 2
        return .normalized(0, tree(counts[..<middle]), tree(counts[middle...]))
    }

    static func isNormal(_ tree: EventTree) -> Bool {
        guard case .node(let node) = tree else { return true }
        if case .leaf(let l) = node.left, case .leaf(let r) = node.right, l == r { return false }
        return (node.left.base == 0 || node.right.base == 0) && isNormal(node.left) && isNormal(node.right)
    }

    static func isNormal(_ tree: IDTree) -> Bool {
        guard case .node(let node) = tree else { return true }
        return tree != .node(IDTree.Node(.zero, .zero)) && tree != .node(IDTree.Node(.one, .one))
            && isNormal(node.left) && isNormal(node.right)
    }
}
