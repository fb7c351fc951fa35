import SwarmCore

/// Inputs in, frames out.
extension MeasuredCluster {
    func feed(_ node: MeasuredNode, _ inputs: [Input]) {
        var effects: [Effect] = []
        for input in inputs where node.isAlive {
            effects.removeAll(keepingCapacity: true)
            node.tracker.handle(input, now: instant(), effects: &effects)
            for effect in effects { perform(effect, of: node) }
        }
        flush(node)
        if node.isAlive { scheduleWake(node) }
    }

    private func scheduleWake(_ node: MeasuredNode) {
        let wanted = node.tracker.nextWake
        guard wanted != .max else { return }
        // A timer is a little late.
        let time = time(ofUptime: wanted) + 1 + draw(200)
        if let scheduled = node.wakeAt, scheduled <= time { return }
        node.wakeAt = time
        events.add(.wake(node), at: time)
    }

    func wake(_ node: MeasuredNode) {
        guard node.isAlive, let wakeAt = node.wakeAt, wakeAt <= now else { return }
        node.wakeAt = nil
        if instant().uptime >= node.tracker.nextWake { feed(node, [.tick]) } else { scheduleWake(node) }
    }

    private func perform(_ effect: Effect, of node: MeasuredNode) {
        switch effect {
        case .broadcast(let message): node.say(message, to: Self.destination(of: message))
        case .send(let message, let other): node.say(message, to: .node(other))
        case .probe(let queue, _, let nonce): node.say(.probe(nonce: nonce), to: .probe(queue: queue, nonce: nonce))
        case .life(let life): node.life = life
        case .watch(let names): node.watched = names.map(Set.init)
        case .bind(let group): later(node, .groupBound(group))
        case .unbind, .activate, .resume, .update, .lease, .event, .log: break
        case .count(let counter, let amount): paths[counter.rawValue, default: 0] += amount
        case .complete(_, let result):
            node.answers += 1
            if case .failure = result { node.refusals += 1 }
        case .halt(let failure):
            // What it said before still goes out.
            flush(node)
            if let failure { halts.append("\(node.node): \(failure.code): \(failure.message)") }
            end(node)
        case .start, .prepare, .beginHandoff, .stop, .merge, .deliver: performWorker(effect, of: node)
        }
    }

    private static func destination(of message: Message) -> MeasuredFrame.Destination {
        switch message {
        case .heartbeat: .heartbeat
        case .delta: .delta
        default: .all
        }
    }

    private func performWorker(_ effect: Effect, of node: MeasuredNode) {
        let signal: WorkerSignal
        switch effect {
        case .start(let order), .prepare(let order, _): signal = .started(workerID: order.workerID, .success(()))
        case .beginHandoff(let id, let attempt):
            signal = .handoffBegun(workerID: id, attempt: attempt, .resume([0, 0, 0, 0, 0, 0, 0, 0]))
        case .stop(let id, _, let collects):
            guard collects else { return }
            signal = .stopped(workerID: id, held: [])
        case .merge(let id, let attempt, _): signal = .merged(workerID: id, attempt: attempt, .success(()))
        case .deliver(_, let request, _, _):
            guard let request else { return }
            signal = .answered(request, .success([]))
        default: return
        }
        later(node, .worker(signal))
    }

    private func later(_ node: MeasuredNode, _ input: Input) { events.add(.input(node, input), at: now + 20) }

    // MARK: Frames

    /// Makes one frame for each destination.
    private func flush(_ node: MeasuredNode) {
        guard !node.outgoing.isEmpty else { return }
        let outgoing = node.outgoing
        node.outgoing.removeAll(keepingCapacity: true)
        guard node.isConnected else { return }
        let sender = Sender(node: node.node, life: node.life)
        for (destination, messages) in outgoing.map({ ($0.destination, Self.deltasFirst($0.messages)) }) {
            let frame = MeasuredFrame(
                sender: sender, index: node.index, destination: destination, messages: messages,
                bytes: frameSize(sender, messages))
            traffic.sent(messages[0].kindName, bytes: frame.bytes)
            events.add(.deliver(frame), at: now + Self.latency)
        }
    }

    /// Within a frame deltas come first, as the shell has it.
    private static func deltasFirst(_ messages: [Message]) -> [Message] {
        let isDelta = messages.map { $0.kindName == "delta" }
        guard messages.count > 1, isDelta.contains(true) else { return messages }
        return zip(messages, isDelta).filter(\.1).map(\.0) + zip(messages, isDelta).filter { !$0.1 }.map(\.0)
    }

    func deliver(_ frame: MeasuredFrame) {
        let receivers = receivers(of: frame)
        traffic.received(frame.messages[0].kindName, bytes: frame.bytes, by: receivers.count)
        if receivers.isEmpty, case .probe(_, let nonce) = frame.destination, let node = byNode[frame.sender.node] {
            events.add(.input(node, .probeReturned(nonce: nonce)), at: now + Self.latency)
        }
        let inputs = frame.messages.map { Input.received($0, from: frame.sender) }
        for node in receivers where node.isAlive { feed(node, inputs) }
    }

    private func receivers(of frame: MeasuredFrame) -> [MeasuredNode] {
        switch frame.destination {
        case .heartbeat:
            let name = frame.sender.node.name
            return live.filter { $0.isConnected && ($0.watched?.contains(name) ?? true) }
        case .delta, .all: return live.filter { $0.isConnected && $0.index != frame.index }
        case .node(let id): return byNode[id].map { $0.isConnected ? [$0] : [] } ?? []
        case .probe(let queue, _): return byQueue[queue].map { [$0] } ?? []
        }
    }
}
