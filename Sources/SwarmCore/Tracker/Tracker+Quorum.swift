/// `StaticQuorumRing`: without K members that are heard, nothing runs.
extension Tracker {
    mutating func superviseQuorum() {
        guard let quorum = configuration.strategy.quorum, !membership.own.isClient else { return }
        // Who does not hear itself is not heard by the others either, and they may have started its names.
        let heard = heardWorkerNodes
        expireLease()
        if heard >= quorum, membership.health.isConnected {
            if !hasQuorum {
                hasQuorum = true
                waitForOtherSides()
                out.append(.event(.quorum(true)))
                orphanScan = true
            }
            renewLease()
        } else if hasQuorum {
            hasQuorum = false
            out.append(.event(.quorum(false)))
            log(.warning, "quorum lost", ["heard": "\(heard)", "quorum": "\(quorum)"])
        }
    }

    /// Until just now another side may have had the quorum, and renewed the leases of what this one has buried, or buried
    /// this node and started its names.
    private mutating func waitForOtherSides() {
        let earliest = now.uptime + leaseTime
        for (name, due) in parked { parked[name] = max(due, earliest) }
        for (name, move) in outgoing where move.phase == .kept {
            outgoing[name]?.deadline = max(move.deadline, earliest)
        }
        for (node, record) in membership.burials where record.cause != .left {
            membership.burials[node]?.notBefore = max(record.notBefore, earliest)
        }
    }

    /// Once it is over, not before this node knows which of its names are still its own: it may have been declared dead
    /// meanwhile. Who is declared dead while it lasts is not ready any more when it hears of that, and hears nobody's count.
    private mutating func renewLease() {
        guard isReady, registry.isComplete || leaseUntil != nil else { return }
        let until = now.uptime + configuration.quorumGrace
        leaseUntil = until
        out.append(.lease(until: until))
    }

    /// Workers may work here.
    var hasLease: Bool { configuration.strategy.quorum == nil || leaseUntil != nil }

    /// Past the lease the quorum's side may have started these names, however this node came to be late: what ran here
    /// does not run on.
    mutating func expireLease() {
        guard let until = leaseUntil, now.uptime >= until else { return }
        leaseUntil = nil
        stopWithoutQuorum()
    }

    private var heardWorkerNodes: Int {
        guard hearsItself else { return 0 }
        var heard = 0
        for other in membership.workerNodes where other == node || isHeard(other) { heard += 1 }
        return heard
    }

    private func isHeard(_ node: NodeID) -> Bool {
        guard let member = membership.members[node], member.heardAt > 0 else { return false }
        return now.uptime < member.heardAt + configuration.quorumWindow
    }

    private var hearsItself: Bool {
        membership.health.lastEcho > 0 && now.uptime < membership.health.lastEcho + configuration.quorumWindow
    }

    /// The names stay taken; their workers start again where the quorum is.
    private mutating func stopWithoutQuorum() {
        for name in outgoing.keys.sorted() {
            guard let move = outgoing[name], move.hasStopped, move.phase == .offered, move.purpose == .move else {
                continue
            }
            takeBackLater(move)
        }
        for workerID in workers.keys.sorted() {
            guard let worker = workers[workerID] else { continue }
            if let start = starts[worker.name], start.workerID == workerID {
                starts[worker.name] = nil
                giveUp(start, for: nil)
                continue
            }
            if let move = outgoing[worker.name] {
                if move.phase == .returning { takeBackLater(move) }
                if move.isCommitting { continue }
                abandon(move, tells: true)
            }
            if incoming[worker.name]?.workerID == workerID {
                discard(worker.name, refusal: notReady)
                continue
            }
            guard let claim = registry.ownClaim(worker.name), claim.workerID == workerID else { continue }
            workers[workerID] = nil
            out.append(.stop(workerID: workerID, .quorumLost, collectsHeld: false))
            if claim.isRestartable {
                park(claim, until: now.uptime + leaseTime)
            } else {
                remove(worker.name, claim: claim, cause: nil)
            }
        }
    }

    // MARK: Registrations after a verdict

    /// How long a node that was buried may still hold a lease; 0 without a quorum.
    var leaseTime: UInt64 {
        configuration.strategy.quorum == nil ? 0 : configuration.quorumGrace + configuration.quorumWindow
    }

    func leaseIsOver(of node: NodeID) -> Bool {
        membership.burials[node].map { now.uptime >= $0.notBefore } ?? true
    }

    mutating func noteLeaseholder(_ member: Member) {
        guard configuration.strategy.quorum != nil, member.isCandidate else { return }
        leaseholders = leaseholders.filter { !leaseIsOver(of: $0.key) }
        leaseholders[member.node] = PlacementTable.Candidate(
            node: member.node, weight: member.description.weight, kinds: member.description.kinds)
    }

    /// Whether the name was owned by a node that is buried and may still work: on its side of a split it may be starting
    /// a worker of that name, too.
    mutating func mayRunElsewhere(_ name: String, kind: String) -> Bool {
        guard !leaseholders.isEmpty else { return false }
        let names = Set(membership.members.keys.map(\.name))
        leaseholders = leaseholders.filter { !leaseIsOver(of: $0.key) && !names.contains($0.key.name) }
        guard !leaseholders.isEmpty else { return false }
        _ = formerLayouts.update(candidates() + leaseholders.values, strategy: configuration.strategy)
        let owner = formerLayouts.owner(of: name, kind: kind, strategy: configuration.strategy)
        return owner.map { leaseholders[$0] != nil } ?? false
    }
}
