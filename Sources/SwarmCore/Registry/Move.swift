/// A handoff under way, as the log of the host shows it.
package struct Move: Hashable, Sendable {
    /// The node that is to own the name.
    package let to: NodeID
    /// Counts the host's attempts, over all names: an activation names the very attempt it belongs to.
    package let attempt: UInt64
    /// The token of the ownership to come.
    package let token: Token
    /// Where the host's log says so.
    package let sequence: UInt64

    package init(to: NodeID, attempt: UInt64, token: Token, sequence: UInt64) {
        self.to = to
        self.attempt = attempt
        self.token = token
        self.sequence = sequence
    }
}
