/// Suspicion, verdicts, burials, obituaries and returns.
extension Tracker {
    /// Looks for members that have fallen silent.
    mutating func superviseSilence() {
        guard membership.health.isHealthy else { return }
        var silent: [NodeID] = []
        for node in membership.live where isWatched(node) && silence(of: node) > configuration.suspectAfter {
            silent.append(node)
        }
        for node in silent where membership.members[node]?.probe == nil { sendProbe(to: node, returnedAt: nil) }
        // Most of them together: more likely it is us, or the broker.
        let together = silent.count * 2 > membership.members.count && membership.members.count > 1
        let limit = together ? configuration.downAfter * 2 : configuration.downAfter
        for node in silent where silence(of: node) > limit { vote(against: node) }
    }

    private func silence(of node: NodeID) -> UInt64 {
        guard let member = membership.members[node] else { return 0 }
        return now.uptime - min(member.lastHeard, now.uptime)
    }

    private mutating func sendProbe(to node: NodeID, returnedAt: UInt64?) {
        guard let queue = membership.members[node]?.queue, !queue.isEmpty else { return }
        hasMembershipWork = true
        let nonce = random.next()
        membership.members[node]?.probe = Member.Probe(nonce: nonce, sentAt: now.uptime, returnedAt: returnedAt)
        count(.probesSent)
        out.append(.probe(queue: queue, node: node, nonce: nonce))
    }

    mutating func probeReturned(_ nonce: UInt64) {
        guard let node = membership.live.first(where: { membership.members[$0]?.probe?.nonce == nonce }),
            let probe = membership.members[node]?.probe, membership.health.isHealthy
        else { return }
        guard let first = probe.returnedAt else {
            membership.members[node]?.probe?.returnedAt = now.uptime
            return
        }
        guard now.uptime >= first + configuration.reconnectGrace, let life = membership.members[node]?.life else {
            return
        }
        declareDead(node, life: life, cause: .unroutable, tells: true)
    }

    /// The second probe, a reconnect's time after the first came back; a lost one is repeated.
    mutating func superviseProbes() {
        guard membership.health.isHealthy else { return }
        for node in membership.live {
            guard let probe = membership.members[node]?.probe else { continue }
            if let first = probe.returnedAt {
                let isDue = probe.sentAt <= first || now.uptime >= probe.sentAt + configuration.suspectAfter
                if isDue, now.uptime >= first + configuration.reconnectGrace { sendProbe(to: node, returnedAt: first) }
            } else if now.uptime >= probe.sentAt + configuration.suspectAfter {
                sendProbe(to: node, returnedAt: nil)
            }
        }
    }

    mutating func probeAnswered(by node: NodeID) {
        membership.members[node]?.probe = nil
        membership.members[node]?.lastHeard = now.uptime
    }

    // MARK: Verdicts

    /// Silence alone is a verdict only if a second monitor agrees, where there is one.
    private mutating func vote(against node: NodeID) {
        guard let life = membership.members[node]?.life else { return }
        let voter = self.node
        membership.members[node]?.votes[voter] = now.uptime
        out.append(.broadcast(.verdict(Verdict(node: node, life: life, cause: .silent))))
        countVotes(against: node)
    }

    private mutating func countVotes(against node: NodeID) {
        guard let member = membership.members[node] else { return }
        let recent = member.votes.filter { now.uptime < $0.value + configuration.downAfter }
        let others = membership.readyPeers.filter { $0 != node && !isSilent($0) }
        guard recent.count >= 2 || (others.isEmpty && recent[self.node] != nil) else { return }
        declareDead(node, life: member.life, cause: .silent, tells: false)
    }

    /// A peer that is itself silent cannot be the second monitor.
    private func isSilent(_ node: NodeID) -> Bool {
        isWatched(node) && silence(of: node) > configuration.downAfter
    }

    mutating func receive(_ verdict: Verdict, from sender: Sender) {
        if verdict.node == node {
            guard verdict.cause == .silent else { return returnFromDeath(life: verdict.life) }
            // One monitor's vote: it is told that it is wrong.
            return send(.probeAnswer(nonce: 0), to: sender.node)
        }
        guard let member = membership.members[verdict.node], member.life <= verdict.life else { return }
        guard verdict.cause == .silent else {
            return declareDead(verdict.node, life: verdict.life, cause: verdict.cause, tells: false)
        }
        membership.members[verdict.node]?.votes[sender.node] = now.uptime
        countVotes(against: verdict.node)
    }

    mutating func farewell(_ farewell: Farewell, from sender: Sender) {
        guard let member = membership.members[sender.node] else { return }
        declareDead(sender.node, life: member.life, cause: .left, tells: false)
        membership.burials[sender.node]?.reports[sender.node] = farewell.sequence
    }

    /// Buries a member: hides its entries and starts to gather what is left of its log.
    mutating func declareDead(_ node: NodeID, life: UInt32, cause: Verdict.Cause, tells: Bool) {
        guard let member = membership.members.removeValue(forKey: node) else { return }
        let buriedLife = life == .max ? member.life : max(life, member.life)
        membership.burials[node] = BurialRecord(
            life: buriedLife, cause: cause, since: now.uptime, notBefore: now.uptime + leaseTime)
        hasMembershipWork = true
        if cause != .left { noteLeaseholder(member) }
        registry.bury(node)
        views.remove(node)
        count(.membersDown)
        log(.notice, "member is down", ["member": node.description, "cause": "\(cause)"])
        out.append(.event(cause == .left ? .memberLeft(node) : .memberDown(node, cause)))
        if tells { out.append(.broadcast(.verdict(Verdict(node: node, life: buriedLife, cause: cause)))) }
        report(node)
        snapshots[node] = nil
        requestsLost(to: node, cause: cause)
        superviseWatch()
        topologyChanged()
    }

    private mutating func report(_ node: NodeID) {
        guard let record = membership.burials[node] else { return }
        out.append(
            .broadcast(.report(Report(node: node, life: record.life, sequence: registry.sequence(of: node)))))
    }

    mutating func repeatReports() {
        for (node, record) in membership.burials.sorted(by: { $0.key < $1.key }) where !record.isSettled {
            report(node)
        }
    }

    mutating func receive(_ report: Report, from sender: Sender) {
        if report.node == node { return returnFromDeath(life: report.life) }
        if let member = membership.members[report.node], member.life <= report.life {
            declareDead(report.node, life: report.life, cause: .silent, tells: false)
        }
        guard let record = membership.burials[report.node], record.life == report.life else { return }
        membership.burials[report.node]?.reports[sender.node] = report.sequence
        if report.sequence > registry.sequence(of: report.node) {
            noteHolder(sender.node, of: report.node, report.sequence)
            askRepair(of: report.node, holder: sender.node, urgent: true)
        }
        // The sender may not have settled yet, and lack our report. One node tells it, by a vector, which nobody answers:
        // two that have settled would answer each other's reports for ever.
        if record.isSettled, answersHello(of: sender.node, salt: report.sequence) {
            let position = LogPosition(origin: report.node, sequence: registry.sequence(of: report.node))
            send(.vector([position]), to: sender.node)
        }
    }

    /// All survivors have reported, or the deadline has passed, and this replica has the longest tail.
    mutating func superviseBurials() {
        for (node, record) in membership.burials.sorted(by: { $0.key < $1.key }) where !record.isSettled {
            let have = registry.sequence(of: node)
            let longest = record.reports.filter { membership.members[$0.key] != nil }
            let best = longest.max { ($0.value, $1.key) < ($1.value, $0.key) }
            if let best, best.value > have { askRepair(of: node, holder: best.key, urgent: true) }
            let age = now.uptime - record.since
            let allReported = membership.readyPeers.allSatisfy { record.reports[$0] != nil }
            let hasAll = best.map { $0.value <= have } ?? true
            guard
                (allReported || age >= configuration.reportDeadline) && hasAll
                    || age >= configuration.reportDeadline * 10
            else { continue }
            membership.burials[node]?.isSettled = true
            report(node)
            registry.giveUpRequirement(of: node)
            orphanScan = true
            heirsOf(node)
        }
    }

    mutating func ageBurials() {
        var old = membership.burials.filter { now.uptime >= $0.value.since + configuration.burialTime }.map(\.key)
        let excess = membership.burials.count - Membership.burialLimit
        if excess > 0 {
            old += membership.burials.sorted { ($0.value.since, $0.key) < ($1.value.since, $1.key) }
                .prefix(excess).map(\.key)
        }
        for node in old.sorted() {
            membership.burials[node] = nil
            membership.forgotten.add(node)
            registry.forget(node)
            repairs.forget(node)
            suppliers[node] = nil
            holders[node] = nil
            owedAcknowledgements[node] = nil
            grants[node] = nil
        }
    }

    // MARK: Obituaries

    /// A frame of a buried life: its sender does not know that it was declared dead.
    mutating func answerStale(_ sender: Sender) {
        count(.framesStale)
        guard introductions.allows(sender.node, now: now.uptime) else { return }
        let life = membership.isReplaced(sender.node) ? .max : membership.burials[sender.node]?.life ?? sender.life
        count(.obituaries)
        send(.obituary(Obituary(life: life, sequence: registry.sequence(of: sender.node))), to: sender.node)
    }

    mutating func receive(_ obituary: Obituary, from sender: Sender) {
        if obituary.life == .max {
            return halt(
                Failure(.nameTaken, "a later start of node \(node.name) is in the cluster; stop one of the two"))
        }
        returnFromDeath(life: obituary.life)
    }

    /// This node was buried while it lived. It raises its life, is ready again only when it has caught up, and its log
    /// goes on where it was: the others repair what they missed, and conflicts are resolved by the claims themselves.
    private mutating func returnFromDeath(life: UInt32) {
        guard life >= membership.own.life, life < .max - 1 else { return }
        let own = membership.own
        membership.own = MemberDescription(
            node: own.node, life: life + 1, kinds: own.kinds, weight: own.weight, roles: own.roles,
            isClient: own.isClient)
        out.append(.life(life + 1))
        count(.returns)
        log(.warning, "this node was declared dead and returns", ["life": "\(life + 1)"])
        isReady = false
        hasReadyView = false
        views = []
        for node in membership.live { membership.members[node]?.heardAt = 0 }
        membership.health.freeze(now: now.uptime, interval: configuration.heartbeatInterval)
        out.append(.broadcast(.hello(hello(wantsView: true))))
        topologyChanged()
    }
}
