package import SwarmCore

/// Collects what the tracker says in one moment, and makes as few frames of it as there are destinations: the broker's
/// cost is per message.
///
/// Within a frame deltas come before everything else, so that a reply finds the operation it speaks of applied.
/// Heartbeats travel alone, in their own lane. Nothing is kept between two moments.
package struct Outbox {
    private enum Destination: Hashable {
        case heartbeat
        case delta
        case all
        case node(NodeID)
    }

    /// Encodes an envelope of these messages; the frames that it takes (more than one if it has to be fragmented).
    package typealias Encode = (Sender, [Message]) throws -> [[UInt8]]

    private let node: NodeID
    private let heartbeatExpiration: UInt32
    /// Envelopes longer than this are divided by messages first, and only then fragmented.
    private let frameLimit: Int
    private let returnable: ReturnableFrames?
    private var nodes: [NodeID] = []
    private var messages: [Destination: [Message]] = [:]
    private var probes: [(queue: String, nonce: UInt64)] = []
    /// What this node says to itself does not go through the broker.
    private var ownMessages: [Message] = []

    /// `returnable` is told which requests went out in which frame; without it no frame but probes comes back.
    package init(
        node: NodeID, heartbeatInterval: UInt64, frameLimit: Int = 256 << 10, returnable: ReturnableFrames? = nil
    ) {
        self.node = node
        self.returnable = returnable
        self.frameLimit = frameLimit
        // A heartbeat that is three beats late tells nothing, and must not be taken for life.
        heartbeatExpiration = UInt32(clamping: max(1, 3 * heartbeatInterval / 1_000))
    }

    package mutating func broadcast(_ message: Message) {
        switch message {
        case .heartbeat: messages[.heartbeat, default: []].append(message)
        case .delta: messages[.delta, default: []].append(message)
        default: messages[.all, default: []].append(message)
        }
    }

    package mutating func send(_ message: Message, to node: NodeID) {
        if node == self.node {
            ownMessages.append(message)
            return
        }
        if messages[.node(node)] == nil { nodes.append(node) }
        messages[.node(node), default: []].append(message)
    }

    package mutating func probe(queue: String, nonce: UInt64) { probes.append((queue, nonce)) }

    /// Makes the frames, in the order in which they are to be published, and forgets the messages. The second value is
    /// what this node said to itself. `failed` is told what could not be encoded.
    package mutating func flush(
        as sender: Sender, encode: Encode, failed: (Message, any Error) -> Void
    ) -> (frames: [OutboundFrame], ownMessages: [Message]) {
        var frames: [OutboundFrame] = []
        func add(
            _ messages: [Message], to destination: TransportDestination, lane: TransportLane = .control,
            expiration: UInt32? = nil, returnID: UInt64? = nil
        ) {
            for envelope in envelopes(of: messages, from: sender, encode: encode, failed: failed) {
                for body in envelope.bodies {
                    frames.append(
                        OutboundFrame(
                            to: destination, lane: lane, body: body, returnID: returnID, expiration: expiration))
                }
            }
        }
        for message in messages[.heartbeat] ?? [] {
            add(
                [message], to: .exchange(.control, key: TransportKey.heartbeat(of: node.name)), lane: .heartbeat,
                expiration: heartbeatExpiration)
        }
        for (queue, nonce) in probes {
            add(
                [.probe(nonce: nonce)], to: .queue(queue), lane: .heartbeat, expiration: 10_000, returnID: nonce)
        }
        if let deltas = messages[.delta] {
            add(deltas, to: .exchange(.control, key: TransportKey.delta(of: node.name)))
        }
        if let others = messages[.all] {
            add(others, to: .exchange(.control, key: TransportKey.all))
        }
        for node in nodes {
            let messages = Self.deltasFirst(messages[.node(node)] ?? [])
            for envelope in envelopes(of: messages, from: sender, encode: encode, failed: failed) {
                frames += directFrames(envelope, to: node)
            }
        }
        defer { clear() }
        return (frames, ownMessages)
    }

    private mutating func clear() {
        nodes.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
        probes.removeAll(keepingCapacity: true)
        ownMessages.removeAll()
    }

    /// A frame that carries requests comes back if the node's queue is gone: then nobody has them.
    private func directFrames(_ envelope: Envelope, to node: NodeID) -> [OutboundFrame] {
        let requests = envelope.messages.compactMap(\.requestID)
        let returnID = requests.isEmpty || envelope.bodies.count > 1 ? nil : returnable?.add(requests)
        return envelope.bodies.map { body in
            OutboundFrame(
                to: .exchange(.direct, key: TransportKey.direct(to: node)), lane: Self.lane(of: envelope.messages),
                body: body, returnID: returnID, expiration: Self.expiration(of: envelope.messages))
        }
    }

    /// Messages that travel together, and the bodies that it takes.
    private struct Envelope {
        let messages: [Message]
        let bodies: [[UInt8]]
    }

    private func envelopes(
        of messages: [Message], from sender: Sender, encode: Encode, failed: (Message, any Error) -> Void
    ) -> [Envelope] {
        do {
            let bodies = try encode(sender, messages)
            guard messages.count > 1, bodies.count > 1 || bodies.contains(where: { $0.count > frameLimit }) else {
                return [Envelope(messages: messages, bodies: bodies)]
            }
        } catch {
            guard messages.count > 1 else {
                failed(messages[0], error)
                return []
            }
        }
        // Too long, or one of them cannot be encoded: halves find their way around it.
        let middle = messages.count / 2
        return envelopes(of: Array(messages[..<middle]), from: sender, encode: encode, failed: failed)
            + envelopes(of: Array(messages[middle...]), from: sender, encode: encode, failed: failed)
    }

    private static func deltasFirst(_ messages: [Message]) -> [Message] {
        guard messages.count > 1, messages.contains(where: isDelta) else { return messages }
        return messages.filter(isDelta) + messages.filter { !isDelta($0) }
    }

    private static func isDelta(_ message: Message) -> Bool {
        if case .delta = message { return true }
        return false
    }

    private static func lane(of messages: [Message]) -> TransportLane {
        let isProbeAnswer = messages.allSatisfy { message in
            if case .probeAnswer = message { return true }
            return false
        }
        return isProbeAnswer ? .heartbeat : .control
    }

    /// How long the last of the requests is wanted; nil if anything else is with them.
    private static func expiration(of messages: [Message]) -> UInt32? {
        var longest: UInt32 = 1
        for message in messages {
            guard case .request(let request) = message else { return nil }
            longest = max(longest, request.lifetime)
        }
        return longest
    }
}

extension Message {
    fileprivate var requestID: RequestID? {
        if case .request(let request) = self { return request.id }
        return nil
    }
}
