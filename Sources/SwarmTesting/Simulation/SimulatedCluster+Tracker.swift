import DequeModule
import SwarmCheckers
import SwarmCore

/// The shell of the simulated nodes: inputs in, effects out, one timer.
extension SimulatedCluster {
    /// Gives the tracker an input, and does what it wants done. What follows at once (answers of the runtime) is handled
    /// in the same breath.
    func feed(_ process: SimulatedProcess, _ input: Input) {
        process.inputs.append(input)
        guard !process.isHandling else { return }
        process.isHandling = true
        defer { process.isHandling = false }
        var effects: [Effect] = []
        while process.isAlive, let next = process.inputs.popFirst() {
            if trace.isOn, let text = SimulationText.describe(next) { note(process, "<- \(text)") }
            if !ambushes.isEmpty { watchSnapshot(next, at: process) }
            effects.removeAll(keepingCapacity: true)
            process.tracker.handle(next, now: process.clock.instant(at: now), effects: &effects)
            trace.combine(now &* 31 &+ UInt64(effects.count))
            for effect in effects where process.isAlive {
                if trace.isOn, let text = SimulationText.describe(effect) { note(process, "-> \(text)") }
                perform(effect, of: process)
            }
        }
        if process.isAlive { scheduleWake(process) }
    }

    private func scheduleWake(_ process: SimulatedProcess) {
        let wanted = process.tracker.nextWake
        guard wanted != .max else { return }
        // A timer is never early, and a little late.
        let due = process.clock.time(ofUptime: wanted)
        guard due != .max else { return }
        let time = max(now, due) + random.next() % 500
        if let scheduled = process.wakeAt, scheduled <= time { return }
        process.wakeAt = time
        events.add(.wake(process), at: time)
    }

    func wake(_ process: SimulatedProcess) {
        guard let wakeAt = process.wakeAt, wakeAt <= now else { return }
        process.wakeAt = nil
        if process.clock.uptime(at: now) >= process.tracker.nextWake {
            countWake(process)
            feed(process, .tick)
        } else {
            scheduleWake(process)
        }
    }

    private func countWake(_ process: SimulatedProcess) {
        renewCounts(of: process)
        process.wakes += 1
        if process.wakes == 4_000 {
            checker.report(.spinning, now, "\(process.id) wants to be woken at once, for ever")
        }
    }

    private func renewCounts(of process: SimulatedProcess) {
        guard process.secondOfCounts != now / 1_000_000 else { return }
        process.secondOfCounts = now / 1_000_000
        process.wakes = 0
        process.sent = 0
    }

    private func perform(_ effect: Effect, of process: SimulatedProcess) {
        if !ambushes.isEmpty { watch(effect, of: process) }
        switch effect {
        case .broadcast, .send, .probe, .life, .watch, .bind, .unbind: performNetwork(effect, of: process)
        case .start, .prepare, .activate, .beginHandoff, .resume, .stop, .merge, .deliver, .update, .lease:
            performWorker(effect, of: process)
        case .complete(let id, let result): complete(id, result, at: process)
        case .event(let event): heed(event, of: process)
        case .halt(let failure): halted(process, failure)
        case .log: break
        case .count(let counter, let amount): report.paths[counter.rawValue, default: 0] += amount
        }
    }

    private func performNetwork(_ effect: Effect, of process: SimulatedProcess) {
        observe(effect, of: process)
        switch effect {
        case .broadcast(let message):
            let (key, lane): (String, SimulatedLane) =
                switch message {
                case .heartbeat: (keys.heartbeat(of: process.node.name), .heartbeat)
                case .delta: (keys.delta(of: process.node.name), .control)
                default: (SimulatedKeys.all, .control)
                }
            publish(.message(message), to: .exchange(exchanges.control, key: key), lane, from: process)
        case .send(let message, let node):
            let destination = BrokerDestination.exchange(exchanges.direct, key: keys.direct(to: node))
            let returnID = returnID(of: message, by: process)
            publish(.message(message), to: destination, .control, from: process, returnID: returnID)
        case .probe(let queue, _, let nonce):
            publish(.message(.probe(nonce: nonce)), to: .queue(queue), .heartbeat, from: process, returnID: nonce)
        case .life(let life): process.life = life
        case .watch(let names): watch(names, by: process)
        case .bind(let group): bind(group, of: process)
        case .unbind(let group): unbind(group, of: process)
        default: break
        }
        renewCounts(of: process)
        process.sent += 1
        if process.sent == 6_000 { checker.report(.storm, now, "\(process.id) sends 6,000 frames in a second") }
    }

    /// A request comes back if the node's queue is gone: then nobody has it.
    private func returnID(of message: Message, by process: SimulatedProcess) -> UInt64? {
        guard case .request(let request) = message else { return nil }
        let id = process.link.nextReturn
        process.link.nextReturn += 1
        process.link.returnable[id] = request.id
        return id
    }

    private func heed(_ event: Event, of process: SimulatedProcess) {
        switch event {
        case .memberUp(let node): counted(node, by: process, true)
        case .memberDown(let node, _), .memberLeft(let node): counted(node, by: process, false)
        case .ready:
            process.isReady = true
            checker.disturbance.becameReady(process.id, at: now)
        default: break
        }
    }

    private func counted(_ node: NodeID, by process: SimulatedProcess, _ isMember: Bool) {
        guard let member = processesByNode[node] else { return }
        if isMember { process.members.insert(member.id) } else { process.members.remove(member.id) }
        checker.disturbance.counted(member.id, by: process.id, isMember, at: now)
    }
}
