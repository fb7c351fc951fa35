/// Another node that is alive, as far as this one knows.
package struct Member: Sendable {
    package var description: MemberDescription
    /// Its own queue, to which probes go; changes at each of its reconnects.
    package var queue: String
    package var isReady: Bool
    package var isDraining = false
    /// Uptime of the last heartbeat, or when the monitoring began.
    package var lastHeard: UInt64
    /// Uptime of the last heartbeat that really came, from one who counts the same members; 0 for none. A quorum counts
    /// nothing else.
    package var heardAt: UInt64 = 0
    package var heartbeat: Heartbeat?
    /// The sequence that the heartbeat before the last one told: what is missing of it is late.
    package var earlierSequence: UInt64 = 0
    package var probe: Probe?
    /// Who, by node, finds it silent, and when that was said.
    package var votes: [NodeID: UInt64] = [:]

    /// A question to the broker whether the member's queue exists.
    package struct Probe: Sendable {
        package var nonce: UInt64
        package var sentAt: UInt64
        /// When the first probe came back as unroutable.
        package var returnedAt: UInt64?
    }

    package var node: NodeID { description.node }
    package var life: UInt32 { description.life }

    /// Whether names may be placed there.
    package var isCandidate: Bool { isReady && !isDraining && !description.isClient && description.weight > 0 }
}
