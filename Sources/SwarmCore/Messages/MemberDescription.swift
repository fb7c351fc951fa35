/// What a node tells the others of itself.
package struct MemberDescription: Hashable, Sendable {
    package let node: NodeID
    /// Raised each time the node finds itself buried and returns; frames of a buried life are not heard.
    package let life: UInt32
    /// Sorted.
    package let kinds: [String]
    /// Share of the names, relative to the others. Default 100; 0 owns nothing.
    package let weight: UInt32
    package let roles: [String]
    /// A node without workers: it has a replica, looks up, calls and publishes, and never owns a name.
    package let isClient: Bool

    package init(
        node: NodeID, life: UInt32 = 0, kinds: [String], weight: UInt32 = 100, roles: [String] = [],
        isClient: Bool = false
    ) {
        self.node = node
        self.life = life
        self.kinds = kinds
        self.weight = weight
        self.roles = roles
        self.isClient = isClient
    }
}
