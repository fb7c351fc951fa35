/// Identifies a request across retries, and its reply. Unique for the life of the node that made it.
package struct RequestID: Hashable, Comparable, Sendable {
    package let node: NodeID
    package let number: UInt64

    package init(node: NodeID, number: UInt64) {
        self.node = node
        self.number = number
    }

    package static func < (left: RequestID, right: RequestID) -> Bool {
        left.node == right.node ? left.number < right.number : left.node < right.node
    }
}
