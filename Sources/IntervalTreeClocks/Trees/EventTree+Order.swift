extension EventTree {
    /// Compares in one walk, in both directions at once, without building anything.
    func compare(to other: EventTree) -> CausalOrder {
        var comparison = Comparison()
        comparison.visit(self, 0, other, 0)
        switch (comparison.notAfter, comparison.notBefore) {
        case (true, true): return .equal
        case (true, false): return .before
        case (false, true): return .after
        case (false, false): return .concurrent
        }
    }

    /// What a walk over two trees has left possible: the paper's `leq` of the left to the right, and of the right to
    /// the left.
    private struct Comparison {
        var notAfter = true
        var notBefore = true

        /// `aboveA` and `aboveB` are the sums of the bases above.
        mutating func visit(_ a: EventTree, _ aboveA: UInt64, _ b: EventTree, _ aboveB: UInt64) {
            guard notAfter || notBefore else { return }
            let baseA = aboveA + a.base
            let baseB = aboveB + b.base
            switch (a, b) {
            case (.leaf, .leaf):
                note(baseA, baseB)
            case (.node(let a), .leaf):
                if baseA < baseB { notBefore = false }
                if notAfter, exceeds(a, baseA, limit: baseB) { notAfter = false }
            case (.leaf, .node(let b)):
                if baseB < baseA { notAfter = false }
                if notBefore, exceeds(b, baseB, limit: baseA) { notBefore = false }
            case (.node(let a), .node(let b)):
                if a === b {
                    // The same shape twice: only what is above differs.
                    note(baseA, baseB)
                    return
                }
                visit(a.left, baseA, b.left, baseB)
                visit(a.right, baseA, b.right, baseB)
            }
        }

        private mutating func note(_ a: UInt64, _ b: UInt64) {
            if a > b { notAfter = false }
            if a < b { notBefore = false }
        }

        /// Whether some count below the node, the bases included, is above the limit.
        private func exceeds(_ node: Node, _ base: UInt64, limit: UInt64) -> Bool {
            if base > limit { return true }
            return base + Swift.max(node.left.maximum, node.right.maximum) > limit
        }
    }

    /// The paper's `join`: the greater count everywhere. Reuses what stays as it is in either tree.
    func joined(with other: EventTree) -> EventTree {
        base <= other.base
            ? Self.join(self, other, lift: 0)
            : Self.join(other, self, lift: 0)
    }

    /// Joins `low` and `high` lifted by `lift`; the base of `low` is at most the base of `high` with the lift.
    private static func join(_ low: EventTree, _ high: EventTree, lift: UInt64) -> EventTree {
        switch (low, high) {
        case (.leaf, _):
            // All of a tree is at least its base.
            return high.lifted(by: lift)
        case (.node(let node), .leaf(let n)):
            let rise = n + lift - node.base
            return rebuilt(node, joinAny(node.left, .zero, lift: rise), joinAny(node.right, .zero, lift: rise))
        case (.node(let a), .node(let b)):
            // The same shape twice: the lifted one is nowhere less.
            if a === b { return high.lifted(by: lift) }
            let rise = b.base + lift - a.base
            return rebuilt(a, joinAny(a.left, b.left, lift: rise), joinAny(a.right, b.right, lift: rise))
        }
    }

    /// Joins `a` and `b` lifted by `lift`, whichever has the lower base.
    private static func joinAny(_ a: EventTree, _ b: EventTree, lift: UInt64) -> EventTree {
        if a.base <= b.base + lift { return join(a, b, lift: lift) }
        // `b` with its lift is the lower one, so the lift is moved into it: one new root at most.
        return join(b.lifted(by: lift), a, lift: 0)
    }

    /// The node with other sides in normal form, or the node itself if they are the same.
    static func rebuilt(_ node: Node, _ left: EventTree, _ right: EventTree) -> EventTree {
        if left.isIdentical(to: node.left), right.isIdentical(to: node.right) { return .node(node) }
        return normalized(node.base, left, right)
    }
}
