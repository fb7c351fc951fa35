/// An id of the paper in normal form: 0, 1 or a pair that is neither (0, 0) nor (1, 1).
enum IDTree: Hashable, Sendable {
    case zero
    case one
    case node(Node)

    final class Node: Hashable, Sendable {
        let left: IDTree
        let right: IDTree

        init(_ left: IDTree, _ right: IDTree) {
            self.left = left
            self.right = right
        }

        static func == (a: Node, b: Node) -> Bool {
            a === b || (a.left == b.left && a.right == b.right)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(left)
            hasher.combine(right)
        }
    }

    /// The paper's `norm`.
    static func pair(_ left: IDTree, _ right: IDTree) -> IDTree {
        switch (left, right) {
        case (.zero, .zero): .zero
        case (.one, .one): .one
        default: .node(Node(left, right))
        }
    }

    /// The paper's `split`, or nil where there is nothing to split or no depth left for it.
    func split(depth: Int = 0) -> (IDTree, IDTree)? {
        switch self {
        case .zero:
            return nil
        case .one:
            guard depth < IntervalTreeClock.maximumDepth else { return nil }
            return (.node(Node(.one, .zero)), .node(Node(.zero, .one)))
        case .node(let node):
            switch (node.left, node.right) {
            case (.zero, let right):
                guard let (first, second) = right.split(depth: depth + 1) else { return nil }
                return (.node(Node(.zero, first)), .node(Node(.zero, second)))
            case (let left, .zero):
                guard let (first, second) = left.split(depth: depth + 1) else { return nil }
                return (.node(Node(first, .zero)), .node(Node(second, .zero)))
            case (let left, let right):
                return (.node(Node(left, .zero)), .node(Node(.zero, right)))
            }
        }
    }

    /// A leaf so many divisions further down, and what is left; nil of 0. A leaf further up is divided for it, one further
    /// down is taken as it is.
    func carved(depth: Int) -> (kept: IDTree, given: IDTree)? {
        switch self {
        case .zero:
            return nil
        case .one:
            guard depth > 0, let right = IDTree.one.carved(depth: depth - 1) else { return (.zero, .one) }
            return (.pair(.one, right.kept), .node(Node(.zero, right.given)))
        case .node(let node):
            if let right = node.right.carved(depth: depth - 1) {
                return (.pair(node.left, right.kept), .node(Node(.zero, right.given)))
            }
            guard let left = node.left.carved(depth: depth - 1) else { return nil }
            return (.pair(left.kept, node.right), .node(Node(left.given, .zero)))
        }
    }

    /// The paper's `sum`, which is defined only for ids that do not overlap.
    func sum(_ other: IDTree) throws(IntervalTreeClock.OverlapError) -> IDTree {
        switch (self, other) {
        case (.zero, let tree), (let tree, .zero):
            return tree
        case (.one, _), (_, .one):
            throw IntervalTreeClock.OverlapError()
        case (.node(let a), .node(let b)):
            return .pair(try a.left.sum(b.left), try a.right.sum(b.right))
        }
    }
}

extension IDTree: CustomStringConvertible {
    var description: String {
        switch self {
        case .zero: "0"
        case .one: "1"
        case .node(let node): "(\(node.left), \(node.right))"
        }
    }
}
