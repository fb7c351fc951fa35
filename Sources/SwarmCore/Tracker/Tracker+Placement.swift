import DequeModule

/// Who owns what, and moving what is elsewhere.
extension Tracker {
    /// The members, or what they can do, have changed: moves wait until that settles.
    mutating func topologyChanged() {
        guard layouts.update(candidates(), strategy: configuration.strategy) else { return }
        if settleAt == nil { settleSince = now.uptime }
        settleAt = min(now.uptime + configuration.settleTime, settleSince + configuration.settleLimit)
        agreedBeats = 0
        // The others wait to hear that this node places as they do (`isAgreed`).
        nextBeat = now.uptime
        leaveOrphansToOthers()
    }

    func candidates() -> [PlacementTable.Candidate] {
        var candidates = membership.members.values.filter(\.isCandidate).map {
            PlacementTable.Candidate(node: $0.node, weight: $0.description.weight, kinds: $0.description.kinds)
        }
        let own = membership.own
        if isReady, draining == nil, !own.isClient, own.weight > 0 {
            candidates.append(PlacementTable.Candidate(node: node, weight: own.weight, kinds: own.kinds))
        }
        return candidates
    }

    mutating func settled() {
        settleAt = nil
        pinned = []
        orphanScan = true
        rebalance.start(over: workers.keys.sorted(), now: now.uptime)
    }

    /// Moves what is owned elsewhere, so many at a time.
    mutating func continueRebalance() {
        guard rebalance.hasWork || rebalance.hasRetries, isReady, membership.health.isHealthy,
            settleAt == nil || draining != nil
        else { return }
        if rebalance.hasRetries { rebalance.queueRetries(now: now.uptime) }
        for workerID in rebalance.portion() {
            guard let worker = workers[workerID], case .running = worker.phase, target(of: worker.name) != nil else {
                continue
            }
            rebalance.queue.append(worker.name)
        }
        guard !rebalance.queue.isEmpty else { return }
        var room = handoffRoom
        while room > 0, let name = rebalance.queue.popFirst() {
            if let target = target(of: name) {
                startMove(name, to: target, purpose: .move)
                room -= 1
            } else if outgoing[name] == nil {
                rebalance.forget(name)
            }
        }
    }

    /// Now and then all names are looked at again.
    mutating func rescan() {
        guard now.uptime >= rebalance.nextScan, !rebalance.hasWork, isReady, settleAt == nil else { return }
        rebalance.start(over: workers.keys.sorted(), now: now.uptime)
    }

    /// Where a name that is hosted here should be, if elsewhere and now.
    private mutating func target(of name: String) -> NodeID? {
        guard let claim = registry.view[name], claim.host == node, claim.isRestartable, !pinned.contains(name),
            outgoing[name] == nil,
            let owner = layouts.owner(of: name, kind: claim.kind, strategy: configuration.strategy),
            owner != node, membership.members[owner] != nil
        else { return nil }
        return owner
    }
}
