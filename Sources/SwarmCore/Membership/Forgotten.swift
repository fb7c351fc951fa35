import DequeModule

/// The nodes whose burial has aged out; bounded, the oldest go first.
package struct Forgotten: Sendable {
    private var nodes: Set<NodeID> = []
    private var order: Deque<NodeID> = []
    static let limit = 16_384

    package init() {}

    package mutating func add(_ node: NodeID) {
        guard nodes.insert(node).inserted else { return }
        order.append(node)
        if order.count > Self.limit { nodes.remove(order.removeFirst()) }
    }

    package func contains(_ node: NodeID) -> Bool { nodes.contains(node) }
}
