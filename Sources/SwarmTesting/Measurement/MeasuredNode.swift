package import SwarmCore

/// A node of a measured cluster: its tracker, and workers that do as they are told.
package final class MeasuredNode {
    package let index: Int
    package let node: NodeID
    package var tracker: Tracker
    package internal(set) var isAlive = true
    let queue: String
    var isConnected = false
    var life: UInt32 = 0
    /// Whose heartbeats it hears; nil for all.
    var watched: Set<String>?
    var wakeAt: UInt64?
    /// Requests answered so far, and those that failed.
    package internal(set) var answers = 0
    package internal(set) var refusals = 0
    var nextRequest: UInt64 = 1
    /// The last one it sent: says how large its clock id is.
    var lastHeartbeat: Heartbeat?
    /// What the tracker wants to say in this moment, by destination, in the order of the first message for each.
    var outgoing: [(destination: MeasuredFrame.Destination, messages: [Message])] = []

    init(index: Int, configuration: TrackerConfiguration, now: Instant) {
        self.index = index
        node = configuration.member.node
        queue = "q\(index)"
        tracker = Tracker(configuration, now: now)
    }

    func say(_ message: Message, to destination: MeasuredFrame.Destination) {
        if case .heartbeat(let heartbeat) = message { lastHeartbeat = heartbeat }
        if destination != .heartbeat, let place = outgoing.firstIndex(where: { $0.destination == destination }) {
            outgoing[place].messages.append(message)
        } else {
            outgoing.append((destination, [message]))
        }
    }
}

/// What travels at once: what a node says in one moment to one destination.
final class MeasuredFrame {
    enum Destination: Hashable {
        /// The keys of the control exchange.
        case heartbeat, delta, all
        case node(NodeID)
        case probe(queue: String, nonce: UInt64)
    }

    let sender: Sender
    let index: Int
    let destination: Destination
    let messages: [Message]
    let bytes: Int

    init(sender: Sender, index: Int, destination: Destination, messages: [Message], bytes: Int) {
        self.sender = sender
        self.index = index
        self.destination = destination
        self.messages = messages
        self.bytes = bytes
    }
}
