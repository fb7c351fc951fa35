/// Who sent a frame: the node and which of its lives.
package struct Sender: Hashable, Sendable {
    package let node: NodeID
    package let life: UInt32

    package init(node: NodeID, life: UInt32) {
        self.node = node
        self.life = life
    }
}
