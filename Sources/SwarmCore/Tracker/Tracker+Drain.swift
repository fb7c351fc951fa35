import IntervalTreeClocks

/// A graceful leave: hand everything over, then say farewell.
extension Tracker {
    struct Drain: Sendable {
        var requests: [RequestID]
        /// Uptime at which what is left is left behind.
        var deadline: UInt64
        /// Uptime of the next look at what has not moved yet: whoever refuses now is not asked at every pace.
        var nextScan: UInt64 = 0
        /// Handed over; the log up to here is to be known to another node before the farewell.
        var leaving: (sequence: UInt64, deadline: UInt64)?
    }

    /// A peer is given so long to confirm the end of the log.
    static let farewellWait: UInt64 = 2_000_000

    mutating func drain(_ id: RequestID?, timeout: UInt64) {
        if let id, id.node == node, requests[id] == nil {
            let deadline = now.uptime + timeout + 2 * Self.farewellWait
            requests.set(
                PendingRequest(id: id, body: .drain(node: node.name), deadline: deadline, due: deadline, wait: 0))
        }
        if draining != nil {
            if let id { draining?.requests.append(id) }
            return
        }
        draining = Drain(requests: id.map { [$0] } ?? [], deadline: now.uptime + timeout)
        log(.info, "draining", ["names": "\(workers.count)"])
        out.append(.broadcast(.hello(hello(wantsView: false))))
        nextBeat = now.uptime
        // Nothing more is taken in: whoever offers hears it now, not at the end.
        for name in incoming.keys.sorted() where incoming[name]?.commit == nil { discard(name, refusal: notReady) }
        topologyChanged()
        settled()
        superviseDrain()
    }

    mutating func superviseDrain() {
        guard let state = draining else { return }
        if let leaving = state.leaving {
            if now.uptime >= leaving.deadline || membership.readyPeers.isEmpty { return leave() }
            if let peer = membership.successor(among: membership.readyPeers) {
                send(.acknowledge(upTo: leaving.sequence), to: peer)
            }
            return
        }
        if !rebalance.hasWork, outgoing.isEmpty, now.uptime >= state.nextScan, now.uptime < state.deadline, hasMovable {
            draining?.nextScan = now.uptime + Rebalance.firstWait
            settled()
        }
        let isOver =
            now.uptime >= state.deadline || (outgoing.isEmpty && !rebalance.hasWork && !hasMovable && starts.isEmpty)
        if isOver { finishDrain() }
    }

    /// Names whose worker was stopped for a move that has not come to its end: the state is here.
    package var keptStates: [String] {
        outgoing.values.filter { $0.isCommitting && ($0.purpose == .move || $0.phase != .committed) }.map(\.name)
            .sorted()
    }

    /// Whether a name is here that another node would take.
    private var hasMovable: Bool {
        guard !layouts.candidates.isEmpty else { return false }
        let kinds = Set(layouts.candidates.flatMap(\.kinds))
        return workers.values.contains { worker in
            kinds.contains(worker.kind) && !pinned.contains(worker.name)
        }
    }

    private mutating func finishDrain() {
        let left = workers.values.filter { !$0.kind.isEmpty }.count + keptStates.count
        if left > 0 {
            log(
                .warning, "not all was handed over in time; names with a kind start afresh elsewhere",
                ["names": "\(left)"])
        }
        for name in incoming.keys.sorted() { discard(name, refusal: notReady) }
        refuseKept()
        for workerID in workers.keys.sorted() {
            guard let worker = workers.removeValue(forKey: workerID) else { continue }
            out.append(.stop(workerID: workerID, .shutdown, collectsHeld: false))
            guard let claim = registry.ownClaim(worker.name), claim.workerID == workerID else { continue }
            // What can be started again elsewhere becomes an orphan with the farewell; the rest ends here.
            if !claim.isRestartable { remove(worker.name, claim: claim, cause: nil) }
        }
        draining?.leaving = (registry.own.sequence, now.uptime + Self.farewellWait)
        superviseDrain()
    }

    mutating func confirmLeaving(_ upTo: UInt64) {
        guard let leaving = draining?.leaving, upTo >= leaving.sequence else { return }
        leave()
    }

    private mutating func leave() {
        flushDeltas()
        if let universe, !clockID.isNone, let heir = membership.readyPeers.first {
            send(.retire(universe, clockID), to: heir)
            clockID = .none
        }
        out.append(.broadcast(.farewell(Farewell(sequence: registry.own.sequence))))
        out.append(.event(.drained))
        for id in draining?.requests ?? [] { answer(id, .success(.done)) }
        halt(nil)
    }
}
