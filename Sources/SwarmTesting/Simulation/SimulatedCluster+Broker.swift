import DequeModule
import SwarmCheckers
import SwarmCore

/// Frames on their way through the broker.
extension SimulatedCluster {
    func publish(
        _ content: SimulatedFrame.Content, to destination: BrokerDestination, _ lane: SimulatedLane,
        from process: SimulatedProcess, returnID: UInt64? = nil
    ) {
        let frame = SimulatedFrame(sender: process.sender, content: content, key: destination.key)
        let publication = SimulatedPublication(
            destination: destination, frame: frame, lane: lane, returnID: returnID, lifetime: Self.lifetime(of: content)
        )
        guard process.link.isConnected else {
            if process.link.offline.count < options.link.offlineFrames { process.link.offline.append(publication) }
            return
        }
        if options.link.duplication > 0 {
            var copy = publication
            // That it comes back would say nothing of the first.
            copy.isCopy = true
            process.link.recent.append(copy)
            if process.link.recent.count > 8 { process.link.recent.removeFirst() }
        }
        sendUp(publication, of: process)
    }

    /// How long the shell lets a frame wait in a queue.
    private static func lifetime(of content: SimulatedFrame.Content) -> UInt64? {
        guard case .message(let message) = content else { return nil }
        switch message {
        case .heartbeat: return 3_000_000
        case .probe: return 10_000_000
        case .request(let request): return UInt64(request.lifetime) * 1_000
        default: return nil
        }
    }

    func sendUp(_ publication: SimulatedPublication, of process: SimulatedProcess) {
        let lane = publication.lane.rawValue
        let time = max(now + latency(), process.link.lastUp[lane])
        process.link.lastUp[lane] = time
        events.add(.publish(process, epoch: process.link.epoch, publication), at: time)
    }

    private func latency() -> UInt64 {
        let usual = random.in(options.link.latency)
        guard isFaulty, random.chance(options.link.spikes) else { return usual }
        report.count("spike")
        return usual + random.next() % options.link.spike
    }

    /// A frame reaches the broker's end of the connection.
    func arrive(_ publication: SimulatedPublication, from process: SimulatedProcess, epoch: Int) {
        guard epoch == process.link.epoch, let connection = process.link.connection else { return }
        guard process.link.isUp else {
            if process.link.waitingUp.count < SimulatedLink.buffer { process.link.waitingUp.append(publication) }
            return
        }
        report.frames += 1
        _ = broker.publish(
            publication.frame, to: publication.destination, by: connection, size: 64,
            returnID: publication.isCopy ? nil : publication.returnID,
            lifetime: publication.lifetime, now: now, into: &outputs)
        serveOutputs()
    }

    /// Does what the broker's outputs say, until there are none.
    func serveOutputs() {
        guard !isServing else { return }
        isServing = true
        defer { isServing = false }
        while !outputs.isEmpty {
            let batch = outputs
            outputs.removeAll(keepingCapacity: true)
            for output in batch { serve(output) }
        }
    }

    private func serve(_ output: BrokerOutput) {
        switch output {
        case .ready(let queue): pump(queue)
        case .returned(let connection, let id): takeBack(id, on: connection)
        case .blocked(let connection): tell(connection, .blocked(true))
        case .unblocked(let connection): tell(connection, .blocked(false))
        case .dropped(_, let count): report.count("overflow", count)
        case .closed(let connection): brokerClosed(connection)
        case .cancelled: break
        }
    }

    /// A frame of the connection found no queue.
    private func takeBack(_ id: UInt64, on connection: BrokerConnectionID) {
        guard let process = processesByConnection[connection] else { return }
        guard let request = process.link.returnable.removeValue(forKey: id) else {
            return tell(connection, .probeReturned(nonce: id))
        }
        process.link.recent.removeAll { $0.returnID == id }
        report.count("requestReturned")
        tell(connection, .returned(request))
    }

    private func tell(_ connection: BrokerConnectionID, _ input: Input) {
        guard let process = processesByConnection[connection] else { return }
        process.link.notices.append(input)
        tellNext(process, after: latency(), epoch: process.link.epoch)
    }

    /// In order, as all that the broker says on one connection; with a cut cable it waits.
    private func tellNext(_ process: SimulatedProcess, after delay: UInt64, epoch: Int) {
        after(delay) { [unowned self] in
            guard process.isAlive, process.link.epoch == epoch else { return }
            guard process.link.isUp else { return tellNext(process, after: 50_000, epoch: epoch) }
            if let input = process.link.notices.popFirst() { events.add(.input(process, input), at: now) }
        }
    }

    /// Takes from a queue what the process's socket has room for.
    func pump(_ queue: BrokerQueueID) {
        guard let (process, lane) = queueOwners[queue] else { return }
        while process.link.isUp, process.isAlive, !process.isStalled,
            process.link.inFlight[lane.rawValue] < SimulatedLink.window
        {
            guard let delivery = broker.take(queue, now: now, into: &outputs) else { break }
            if isFaulty, random.chance(options.link.loss) {
                report.count("loss")
                noteLoss(of: delivery.message.body)
                if trace.isOn {
                    note(process, "   lost in the queue: \(SimulationText.describe(delivery.message.body))")
                }
                continue
            }
            let time = max(now + latency(), process.link.lastDown[lane.rawValue])
            process.link.lastDown[lane.rawValue] = time
            process.link.inFlight[lane.rawValue] += 1
            events.add(.deliver(process, epoch: process.link.epoch, lane, delivery.message.body), at: time)
        }
    }

    /// What a delta said is missing at one replica until that has heard of it twice: with the beats of its origin.
    private func noteLoss(of frame: SimulatedFrame) {
        guard case .message(.delta) = frame.content else { return }
        checker.disturbance.replicaLags(until: now + 3_000_000)
    }

    func pumpAll(of process: SimulatedProcess) {
        for queue in process.link.queues { if let queue { pump(queue) } }
        serveOutputs()
    }

    /// A frame reaches the process.
    func receive(_ frame: SimulatedFrame, _ lane: SimulatedLane, epoch: Int, at process: SimulatedProcess) {
        guard epoch == process.link.epoch else { return }
        guard process.link.isUp else {
            process.link.waitingDown.append((lane, frame))
            return
        }
        process.link.inFlight[lane.rawValue] -= 1
        if process.link.inFlight[lane.rawValue] == SimulatedLink.window / 2,
            let queue = process.link.queues[lane.rawValue]
        {
            pump(queue)
            serveOutputs()
        }
        switch frame.content {
        case .message(let message):
            // Of its own broadcasts a node hears only its heartbeats.
            if frame.sender.node == process.node {
                guard case .heartbeat = message else { return }
            }
            observe(message, reaching: process)
            feed(process, .received(message, from: frame.sender))
        case .group(let message): fanOut(message, group: frame.key, at: process)
        }
    }

    // MARK: Bindings

    func watch(_ names: [String]?, by process: SimulatedProcess) {
        let old = process.link.watched
        process.link.watched = names
        guard process.link.isConnected, let queue = process.link.queues[SimulatedLane.heartbeat.rawValue] else {
            return
        }
        for name in old ?? ["*"] where !(names ?? ["*"]).contains(name) {
            try? broker.unbind(queue, from: exchanges.control, key: keys.heartbeat(of: name))
        }
        for name in names ?? ["*"] where !(old ?? ["*"]).contains(name) {
            try? broker.bind(queue, to: exchanges.control, key: keys.heartbeat(of: name))
        }
    }

    func bind(_ group: String, of process: SimulatedProcess) {
        process.link.groups.insert(group)
        guard process.link.isConnected, process.link.isUp, let queue = process.link.queues[SimulatedLane.group.rawValue]
        else { return }
        try? broker.bind(queue, to: exchanges.groups, key: group)
        let epoch = process.link.epoch
        after(2 * latency()) { [unowned self] in
            guard process.isAlive, process.link.epoch == epoch else { return }
            events.add(.input(process, .groupBound(group)), at: now)
        }
    }

    func unbind(_ group: String, of process: SimulatedProcess) {
        process.link.groups.remove(group)
        guard process.link.isConnected, let queue = process.link.queues[SimulatedLane.group.rawValue] else { return }
        try? broker.unbind(queue, from: exchanges.groups, key: group)
    }
}
