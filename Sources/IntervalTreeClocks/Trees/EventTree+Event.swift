extension EventTree {
    /// The paper's `event`: a tree that counts one event more on the share of `id`, or nil if there is no room for
    /// one: the id is zero, or its counters stand at the limit.
    func advanced(by id: IDTree) -> EventTree? {
        filled(by: id) ?? grown(by: id, above: 0)?.tree
    }

    /// The paper's `fill`: raises counts on the share of `id` where that makes the tree simpler, and nowhere above its
    /// maximum. Nil if nothing is raised, so that nothing is built then.
    private func filled(by id: IDTree) -> EventTree? {
        guard case .node(let node) = self else { return nil }
        switch id {
        case .zero:
            return nil
        case .one:
            return .leaf(maximum)
        case .node(let share):
            switch (share.left, share.right) {
            case (.one, let rest):
                let right = node.right.filled(by: rest)
                let count = Swift.max(node.left.maximum, (right ?? node.right).base)
                return Self.refilled(node, node.left.raised(to: count), right)
            case (let rest, .one):
                let left = node.left.filled(by: rest)
                let count = Swift.max(node.right.maximum, (left ?? node.left).base)
                return Self.refilled(node, left, node.right.raised(to: count))
            case (let first, let second):
                return Self.refilled(node, node.left.filled(by: first), node.right.filled(by: second))
            }
        }
    }

    /// A leaf with that count, or nil if the tree is that leaf already.
    private func raised(to count: UInt64) -> EventTree? {
        isIdentical(to: .leaf(count)) ? nil : .leaf(count)
    }

    private static func refilled(_ node: Node, _ left: EventTree?, _ right: EventTree?) -> EventTree? {
        if left == nil, right == nil { return nil }
        return normalized(node.base, left ?? node.left, right ?? node.right)
    }

    /// A tree with one count raised, and what that costs.
    private struct Growth {
        /// A node more in the tree costs more than any depth, which makes the tree grow as little as it can.
        static let expansion = 1 << 16

        var tree: EventTree
        var cost: Int
    }

    /// The paper's `grow`: raises one count on the share of `id`, at the least cost. Each part of the id is looked at
    /// once. `above` is the sum of the bases above; nil if no count can be raised.
    private func grown(by id: IDTree, above: UInt64) -> Growth? {
        switch (id, self) {
        case (.zero, _):
            return nil
        case (.one, .leaf(let n)):
            return above + n < .max ? Growth(tree: .leaf(n + 1), cost: 0) : nil
        case (.one, .node):
            // Not reached after a fill that found nothing to raise; the maximum is what it would have made of it.
            return Growth(tree: .leaf(maximum), cost: 0)
        case (.node(let share), .leaf(let n)):
            guard var growth = Self.grown(share, n, .zero, .zero, above: above) else { return nil }
            growth.cost += Growth.expansion
            return growth
        case (.node(let share), .node(let node)):
            return Self.grown(share, node.base, node.left, node.right, above: above)
        }
    }

    private static func grown(
        _ share: IDTree.Node, _ base: UInt64, _ left: EventTree, _ right: EventTree, above: UInt64
    ) -> Growth? {
        let first = left.grown(by: share.left, above: above + base)
        let second = right.grown(by: share.right, above: above + base)
        switch (first, second) {
        case (nil, nil):
            return nil
        case (let first?, nil):
            return Growth(tree: normalized(base, first.tree, right), cost: first.cost + 1)
        case (nil, let second?):
            return Growth(tree: normalized(base, left, second.tree), cost: second.cost + 1)
        case (let first?, let second?):
            return first.cost < second.cost
                ? Growth(tree: normalized(base, first.tree, right), cost: first.cost + 1)
                : Growth(tree: normalized(base, left, second.tree), cost: second.cost + 1)
        }
    }
}
