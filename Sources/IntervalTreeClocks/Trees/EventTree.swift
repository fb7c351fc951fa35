/// An event tree of the paper in normal form: a count `n`, or `(n, left, right)` where at least one side has the base
/// zero and the sides are not two equal counts.
///
/// The counts on the way from the root to any leaf add up to at most `UInt64.max`, so sums along a way never overflow.
enum EventTree: Hashable, Sendable {
    case leaf(UInt64)
    case node(Node)

    final class Node: Hashable, Sendable {
        let base: UInt64
        let left: EventTree
        let right: EventTree

        init(_ base: UInt64, _ left: EventTree, _ right: EventTree) {
            self.base = base
            self.left = left
            self.right = right
        }

        static func == (a: Node, b: Node) -> Bool {
            a === b || (a.base == b.base && a.left == b.left && a.right == b.right)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(base)
            hasher.combine(left)
            hasher.combine(right)
        }
    }

    static let zero = EventTree.leaf(0)

    /// The paper's `norm`, for sides that are in normal form.
    static func normalized(_ base: UInt64, _ left: EventTree, _ right: EventTree) -> EventTree {
        if case .leaf(let l) = left, case .leaf(let r) = right, l == r { return .leaf(base + l) }
        let shared = Swift.min(left.base, right.base)
        return .node(Node(base + shared, left.sunk(by: shared), right.sunk(by: shared)))
    }

    /// The count at the root, which in normal form is the least count of the tree: the paper's `min`.
    var base: UInt64 {
        switch self {
        case .leaf(let n): n
        case .node(let node): node.base
        }
    }

    /// The greatest count of the tree: the paper's `max`.
    var maximum: UInt64 {
        switch self {
        case .leaf(let n): n
        case .node(let node): node.base + Swift.max(node.left.maximum, node.right.maximum)
        }
    }

    /// The paper's `lift`.
    func lifted(by n: UInt64) -> EventTree {
        guard n > 0 else { return self }
        switch self {
        case .leaf(let m): return .leaf(m + n)
        case .node(let node): return .node(Node(node.base + n, node.left, node.right))
        }
    }

    /// The paper's `sink`; `n` is at most the base.
    func sunk(by n: UInt64) -> EventTree {
        guard n > 0 else { return self }
        switch self {
        case .leaf(let m): return .leaf(m - n)
        case .node(let node): return .node(Node(node.base - n, node.left, node.right))
        }
    }

    /// Whether both are the same object or the same count: a cheap test that may miss trees that are equal.
    func isIdentical(to other: EventTree) -> Bool {
        switch (self, other) {
        case (.leaf(let a), .leaf(let b)): a == b
        case (.node(let a), .node(let b)): a === b
        default: false
        }
    }
}

extension EventTree: CustomStringConvertible {
    var description: String {
        switch self {
        case .leaf(let n): "\(n)"
        case .node(let node): "(\(node.base), \(node.left), \(node.right))"
        }
    }
}
