import SwarmCheckers
import SwarmCore

/// Faults that come in the middle of something, and nodes that exclude each other.
extension SimulatedCluster {
    /// The fault waits for its moment; a node that leaves or stands still for a moment may bring it about.
    func lay(_ fault: SimulatedFault, _ victim: SimulatedProcess) {
        guard !ambushes.contains(fault) else { return }
        ambushes.append(fault)
        note(nil, "!! \(fault.rawValue) waits for its moment")
        if random.chance(0.5) { drain(victim) }
    }

    /// A step of a handoff or a snapshot at the sending end, or in the runtime of workers.
    func watch(_ effect: Effect, of process: SimulatedProcess) {
        switch effect {
        case .beginHandoff, .prepare, .activate, .merge: spring(.handoff, process, nil)
        case .stop(_, .moved, _): spring(.handoff, process, nil)
        case .send(.offer, let node), .send(.offerAnswer, let node), .send(.commit, let node),
            .send(.commitAnswer, let node), .send(.abort, let node):
            spring(.handoff, process, node)
        case .send(.snapshot, let node): spring(.snapshot, process, node)
        default: break
        }
    }

    /// A chunk of a snapshot at the receiving end.
    func watchSnapshot(_ input: Input, at process: SimulatedProcess) {
        if case .received(.snapshot, let sender) = input { spring(.snapshot, process, sender.node) }
    }

    private enum Occasion { case handoff, snapshot }

    /// One in four times, so that all the steps get their turn.
    private func spring(_ occasion: Occasion, _ process: SimulatedProcess, _ peer: NodeID?) {
        guard isFaulty, random.chance(0.25) else { return }
        let index = ambushes.firstIndex { ($0 == .crashInSnapshot) == (occasion == .snapshot) }
        guard let index else { return }
        let fault = ambushes.remove(at: index)
        let other = peer.flatMap { processesByNode[$0] }
        let victim = random.chance(0.3) ? other ?? process : process
        // At once, or when the next steps are under way.
        after(random.chance(0.3) ? 0 : random.in(0...5_000)) { [unowned self] in
            guard isFaulty, victim.isAlive, !victim.isStalled, live.count > 1 else { return }
            report.count(fault.rawValue)
            note(victim, "!! \(fault.rawValue)")
            if fault == .stallInHandoff {
                stall(
                    victim, for: random.chance(0.5) ? random.in(50_000...7_000_000) : random.in(11_000_000...30_000_000)
                )
            } else {
                crash(victim, restartAfter: random.in(1_000...20_000_000), machineLives: random.chance(0.7))
            }
        }
    }

    // MARK: Deny lists

    /// A node is started again with another deny list; now and then the other one denies it, too.
    func exclude(_ process: SimulatedProcess) {
        let own = slot(of: process)
        let others = current.indices.filter { $0 != own && current[$0] != nil }
        guard !others.isEmpty, !process.isLeaving else { return }
        let other = random.pick(others)
        let isMutual = random.chance(0.3)
        let wasEmpty = denied[own].isEmpty
        denied[own] = wasEmpty ? [Self.name(ofSlot: other)] : []
        drain(process)
        guard wasEmpty, isMutual, let peer = current[other] else { return }
        denied[other] = [Self.name(ofSlot: own)]
        after(random.in(1_000_000...20_000_000)) { [unowned self] in
            if peer.isAlive, isFaulty { drain(peer) }
        }
    }

    /// All may talk to all again: who was started otherwise is started again, one after the other.
    func allowAll() {
        for slot in denied.indices { denied[slot] = [] }
        var delay: UInt64 = 0
        for process in live where !process.denied.isEmpty {
            restart(process, after: delay)
            delay += random.in(2_000_000...10_000_000)
        }
    }

    private func restart(_ process: SimulatedProcess, after delay: UInt64) {
        startsUnderWay += 1
        after(delay) { [unowned self] in
            startsUnderWay -= 1
            guard process.isAlive, !process.isLeaving else { return }
            process.isLeaving = true
            events.add(.input(process, .drain(nil, timeout: 10_000_000)), at: now)
        }
    }
}
