import DequeModule

/// Names of dead hosts, started again by their owners.
extension Tracker {
    mutating func superviseOrphans() {
        startMerges()
        areOrphansFree = !registry.orphans.isEmpty && !mayBeTaken
        // However they became orphans: a log may turn up long after its origin was buried.
        guard orphanScan || (now.uptime >= nextOrphanScan && !registry.orphans.isEmpty) else { return }
        guard canRestart, settleAt == nil, orphanWork.isEmpty else { return }
        orphanScan = false
        nextOrphanScan = now.uptime + Self.orphanInterval
        orphanWork = Deque(registry.orphans.sorted())
        if !orphanWork.isEmpty { deputise() }
        continueOrphans()
    }

    static let orphanInterval: UInt64 = 2_000_000

    private var canRestart: Bool {
        hasAuthority && membership.health.isHealthy && hasQuorum && hasLease && draining == nil
    }

    /// Another member may have taken an orphan over already. Some time after the last verdict that is no reason any more
    /// to let names lie; but with a quorum nothing may run twice, however long a live member's log is in coming.
    var mayBeTaken: Bool {
        if configuration.strategy.quorum != nil, isBehind { return true }
        let latest = membership.burials.values.map(\.since).max() ?? 0
        guard now.uptime < latest + configuration.reportDeadline * 10 else { return false }
        return isBehind || !isAgreed
    }

    /// A live member has written what this replica has not seen.
    var isBehind: Bool {
        membership.members.contains { node, member in
            (member.heartbeat?.sequence ?? 0) > registry.sequence(of: node)
                || !(registry.logs[node]?.pending.isEmpty ?? true)
        }
    }

    /// All that are heard count the same members: nobody else thinks that it is the owner.
    private var isAgreed: Bool {
        membership.readyPeers.allSatisfy {
            !isWatched($0) || membership.members[$0]?.heartbeat?.placement == layouts.digest
        }
    }

    mutating func continueOrphans() {
        guard !orphanWork.isEmpty, canRestart, areOrphansFree else { return }
        var budget = 2_000
        while starts.count < configuration.concurrentRestarts, budget > 0, let name = orphanWork.popFirst() {
            budget -= 1
            guard registry.orphans.contains(name), let claim = registry.winner(of: name), claim.isRestartable,
                isReleased(claim), responsible(for: claim) == node
            else { continue }
            guard starts[name] == nil, incoming[name] == nil, outgoing[name] == nil,
                !mayRunElsewhere(name, kind: claim.kind)
            else { continue }
            begin(
                .orphan(claim), name: name, kind: claim.kind, arguments: claim.arguments, groups: claim.groups,
                metadata: claim.metadata, request: claim.request)
        }
    }

    /// Orphans that are being started here and belong to another member now: that one starts them as soon as it hears that
    /// this node places as it does, and then nothing of them may be on its way here.
    mutating func leaveOrphansToOthers() {
        for name in starts.keys.sorted() {
            guard let start = starts[name], case .orphan(let claim) = start.purpose, responsible(for: claim) != node
            else {
                continue
            }
            starts[name] = nil
            giveUp(start, for: nil)
        }
    }

    /// Whether the last words of the dead host are known, and its workers have surely stopped.
    func isReleased(_ claim: Claim) -> Bool { hasSurelyEnded(claim.host) }

    /// Whether what a lost node had may be gone on with here. Without a quorum it may well live, on the larger side.
    func isHeir(of host: NodeID) -> Bool { hasQuorum && hasSurelyEnded(host) }

    func hasSurelyEnded(_ host: NodeID) -> Bool {
        (membership.burials[host]?.isSettled ?? true) && leaseIsOver(of: host)
    }

    /// A dead host's handoff belongs to the node it was going to, as long as that lives; all else to the ring's owner.
    private mutating func responsible(for claim: Claim) -> NodeID? {
        if let to = claim.move?.to, to == node || membership.members[to]?.isReady == true {
            if to != node || configuration.member.kinds.contains(claim.kind) { return to }
        }
        return layouts.owner(of: claim.name, kind: claim.kind, strategy: configuration.strategy)
    }

    /// The next in line reminds the owners of what is theirs, now and then: a reminder makes its reader look, and what
    /// it sees it may remind others of.
    private mutating func deputise() {
        guard now.uptime >= nextReminder else { return }
        nextReminder = now.uptime + Self.orphanInterval
        var orders: [NodeID: [OrphanOrder]] = [:]
        for name in orphanWork.prefix(2_000) {
            guard let claim = registry.winner(of: name), isReleased(claim) else { continue }
            let owners = layouts.owners(of: name, kind: claim.kind, count: 2, strategy: configuration.strategy)
            guard owners.count == 2, owners[1] == node, orders[owners[0], default: []].count < 256 else { continue }
            orders[owners[0], default: []].append(
                OrphanOrder(
                    name: name, birth: claim.birth,
                    seen: LogPosition(origin: claim.host, sequence: registry.sequence(of: claim.host))))
        }
        for owner in orders.keys.sorted() {
            guard let list = orders[owner] else { continue }
            let request = Request(
                id: takeInternalRequestID(), lifetime: 1_000, placement: layouts.digest, body: .restart(list))
            send(.request(request), to: owner)
        }
    }
}
