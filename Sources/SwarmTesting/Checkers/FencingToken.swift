/// A fencing token, as workers and clients were told it. Ordered by clock, incarnation, node.
package struct FencingToken: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let clock: UInt64
    package let incarnation: UInt64
    package let node: String

    package init(clock: UInt64, incarnation: UInt64, node: String) {
        self.clock = clock
        self.incarnation = incarnation
        self.node = node
    }

    package static func < (left: FencingToken, right: FencingToken) -> Bool {
        if left.clock != right.clock { return left.clock < right.clock }
        if left.incarnation != right.incarnation { return left.incarnation < right.incarnation }
        return left.node < right.node
    }

    package var description: String { "\(clock)/\(incarnation)/\(node)" }
}
