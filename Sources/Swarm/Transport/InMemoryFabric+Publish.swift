import SwarmCore

extension InMemoryFabric {
    /// False if the frame was dropped: its lane is full, AMQP could not carry it, or the node is silenced.
    mutating func publish(_ frame: OutboundFrame, node number: Int) -> Bool {
        guard !nodes[number].isSilenced else { return false }
        defer { settle() }
        guard canCarry(frame) else { return drop(frame, node: number) }
        if let link = nodes[number].link {
            let isFirst = nodes[number].backlog.isEmpty
            if isFirst, send(frame, link, lifetime: lifetime(of: frame)) { return true }
        } else if frame.lane == .heartbeat {
            // Tells nothing when it is sent later.
            return false
        }
        let now = now
        if nodes[number].backlog.append(frame, now: now) { return true }
        return drop(frame, node: number)
    }

    /// Sends what has waited, as far as the broker takes it.
    mutating func flush(_ number: Int) {
        guard let link = nodes[number].link else { return }
        while let waiting = nodes[number].backlog.popFirst() {
            var remaining: UInt64?
            if let lifetime = lifetime(of: waiting.frame) {
                let waited = now - waiting.since
                guard waited < lifetime else { continue }
                remaining = lifetime - waited
            }
            guard send(waiting.frame, link, lifetime: remaining) else {
                nodes[number].backlog.putBack(waiting)
                return
            }
        }
    }

    func canCarry(_ frame: OutboundFrame) -> Bool {
        let key =
            switch frame.destination {
            case .exchange(_, let key): key
            case .queue(let name): name
            }
        return frame.body.count <= configuration.broker.messageBytes && key.utf8.count <= configuration.broker.nameBytes
    }

    func lifetime(of frame: OutboundFrame) -> UInt64? { frame.expiration.map { UInt64($0) * 1_000 } }

    private mutating func send(_ frame: OutboundFrame, _ link: InMemoryNode.Link, lifetime: UInt64?) -> Bool {
        let destination: BrokerDestination
        switch frame.destination {
        case .queue(let name): destination = .queue(name)
        case .exchange(let exchange, let key):
            guard let id = link.exchanges[exchange] else { return false }
            destination = .exchange(id, key: key)
        }
        return model.publish(
            InMemoryFrame(frame), to: destination, by: link.connection, size: frame.body.count,
            returnID: frame.returnID, lifetime: lifetime, now: now, into: &outputs)
    }

    private mutating func drop(_ frame: OutboundFrame, node number: Int) -> Bool {
        nodes[number].noteDropped(frame.lane)
        wake(number)
        return false
    }
}
