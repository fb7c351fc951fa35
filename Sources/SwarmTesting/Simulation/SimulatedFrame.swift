import SwarmCheckers
import SwarmCore

/// A frame on its way: the simulator encodes nothing.
final class SimulatedFrame: Sendable {
    enum Content: Sendable {
        case message(Message)
        /// A message to the members of a group.
        case group(MessageID)
    }

    let sender: Sender
    let content: Content
    /// Broadcasts come by the control exchange, as do heartbeats.
    let key: String

    init(sender: Sender, content: Content, key: String) {
        self.sender = sender
        self.content = content
        self.key = key
    }
}

/// A frame and where it goes.
struct SimulatedPublication: Sendable {
    let destination: BrokerDestination
    let frame: SimulatedFrame
    let lane: SimulatedLane
    /// A probe: its nonce, to come back if there is no such queue.
    var returnID: UInt64?
    /// Microseconds it may wait in a queue, as the shell sets them.
    var lifetime: UInt64?
    /// Published before, perhaps: not mandatory any more.
    var isCopy = false
}

/// The lanes of a node, each with a queue of its own.
enum SimulatedLane: Int, CaseIterable, Sendable {
    case heartbeat, control, group
}
