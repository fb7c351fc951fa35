import IntervalTreeClocks

/// Connection, heartbeats, hello, and what they tell of the others.
extension Tracker {
    mutating func connected(queue: String) {
        let isFirst = membership.health.connectedAt == 0
        self.queue = queue
        membership.health.isConnected = true
        membership.health.isBlocked = false
        membership.health.connectedAt = max(now.uptime, 1)
        membership.health.forgetEcho()
        if !isFirst {
            membership.health.freeze(now: now.uptime, interval: configuration.heartbeatInterval)
        }
        // They were not heard because this node did not listen.
        for node in membership.live { membership.members[node]?.lastHeard = now.uptime }
        watched = []
        superviseWatch()
        out.append(.broadcast(.hello(hello(wantsView: true))))
        nextBeat = now.uptime
    }

    mutating func disconnected() {
        membership.health.isConnected = false
        assessHealth()
    }

    mutating func blocked(_ isBlocked: Bool) {
        membership.health.isBlocked = isBlocked
        if !isBlocked { membership.health.freeze(now: now.uptime, interval: configuration.heartbeatInterval) }
        assessHealth()
    }

    mutating func assessHealth() {
        guard membership.health.assess(now: now.uptime, interval: configuration.heartbeatInterval) else { return }
        let isHealthy = membership.health.isHealthy
        out.append(.event(.healthy(isHealthy)))
        log(
            isHealthy ? .info : .warning,
            isHealthy
                ? "healthy again"
                : "this node does not hear itself through the broker; verdicts and moves are frozen")
        // They may have been silent only because this node was deaf.
        if isHealthy { for node in membership.live { membership.members[node]?.lastHeard = now.uptime } }
    }

    // MARK: Introductions

    func hello(wantsView: Bool) -> Hello {
        Hello(
            member: advertisedMember, queue: queue, clock: clock, isReady: isReady, universe: universe,
            wantsView: wantsView)
    }

    /// A draining node has no weight.
    private var advertisedMember: MemberDescription {
        let own = membership.own
        guard draining != nil else { return own }
        return MemberDescription(
            node: own.node, life: own.life, kinds: own.kinds, weight: 0, roles: own.roles, isClient: own.isClient)
    }

    func currentView() -> View {
        let own = ViewMember(member: advertisedMember, queue: queue, isReady: isReady)
        let others = membership.live.compactMap { node in
            membership.members[node].map { ViewMember(member: $0.description, queue: $0.queue, isReady: $0.isReady) }
        }
        let buried = membership.burials.keys.sorted().compactMap { node in
            membership.burials[node].map {
                Burial(
                    node: node, life: $0.life,
                    age: UInt32(clamping: (now.uptime - min($0.since, now.uptime)) / 1_000_000))
            }
        }
        return View(
            members: [own] + others, positions: registry.positions, buried: buried, clock: clock, isReady: isReady,
            universe: universe)
    }

    mutating func receive(_ hello: Hello, from sender: Sender) {
        guard hello.member.node == sender.node, hello.member.life == sender.life else { return }
        observe(clock: hello.clock)
        let isNew = membership.members[sender.node] == nil
        guard meet(hello.member, queue: hello.queue, isReady: hello.isReady) else { return }
        membership.members[sender.node]?.lastHeard = now.uptime
        let meetsAsEqual = isNew && hello.isReady
        if hello.wantsView, answersHello(of: sender.node, salt: hello.clock) || meetsAsEqual {
            send(.view(currentView()), to: sender.node)
        }
        // Two that were ready before they met know nothing of each other's past.
        if isNew { send(.hello(self.hello(wantsView: !isReady || hello.isReady)), to: sender.node) }
    }

    /// One peer answers a broadcast hello, another one the next time. While nobody is ready the lowest node pools all
    /// views, and clients those of each other.
    func answersHello(of node: NodeID, salt: UInt64) -> Bool {
        guard isReady else { return membership.workerNodes.first == node || membership.isClient(node) }
        let (place, count) = membership.placeAmongReady(without: node)
        var hash = StableHash(seed: salt)
        hash.combine(node.name)
        return Int(hash.finalize() % UInt64(count)) == place
    }

    /// Takes in a member that introduced itself. False if it may not enter.
    mutating func meet(_ description: MemberDescription, queue: String, isReady: Bool) -> Bool {
        let node = description.node
        guard node != self.node, configuration.isAllowed(node.name) else { return false }
        guard !membership.isReplaced(node), !membership.isBuried(Sender(node: node, life: description.life)) else {
            return false
        }
        if var member = membership.members[node] {
            guard description.life >= member.life else { return false }
            let changed = member.description != description || member.isReady != isReady
            member.description = description
            if !queue.isEmpty { member.queue = queue }
            member.isReady = isReady
            member.isDraining = description.weight == 0
            membership.members[node] = member
            if changed { topologyChanged() }
            return true
        }
        guard membership.members.count < Membership.memberLimit, admits(description) else { return false }
        if let older = membership.incarnation(of: node.name) {
            declareDead(older, life: .max, cause: .replaced, tells: true)
        }
        if membership.burials.removeValue(forKey: node) != nil { count(.returns) }
        membership.members[node] = Member(
            description: description, queue: queue, isReady: isReady, isDraining: description.weight == 0,
            lastHeard: now.uptime)
        registry.revive(node)
        lastNewcomer = now.uptime
        out.append(.event(.memberUp(node)))
        superviseWatch()
        topologyChanged()
        return true
    }

    /// A quorum of K is one only among at most 2K-1: the youngest above that are refused, by the same rule everywhere.
    private mutating func admits(_ description: MemberDescription) -> Bool {
        guard let limit = configuration.strategy.membersLimit, !description.isClient else { return true }
        let all = (membership.workerNodes + [description.node]).sorted {
            ($0.incarnation, $0.name) < ($1.incarnation, $1.name)
        }
        guard all.count > limit else { return true }
        let kept = all.prefix(limit)
        if !membership.own.isClient, !kept.contains(node) {
            let text = "the cluster has \(limit) members, the most its quorum allows; raise the quorum on all nodes"
            halt(Failure(.membersLimit, text))
        }
        return kept.contains(description.node)
    }

    mutating func receive(_ view: View, from sender: Sender) {
        observe(clock: view.clock)
        for burial in view.buried where burial.node != node { learn(burial) }
        for entry in view.members where entry.member.node == sender.node {
            _ = meet(entry.member, queue: entry.queue, isReady: entry.isReady)
        }
        guard membership.members[sender.node] != nil else { return }
        for entry in view.members where membership.members[entry.member.node] == nil && entry.member.node != node {
            // A ready node lets unknown ones introduce themselves: old gossip brings nobody back.
            if isReady {
                introduce(to: entry.member.node)
            } else {
                _ = meet(entry.member, queue: entry.queue, isReady: entry.isReady)
            }
        }
        let positions = view.positions.filter { $0.origin != node && !membership.forgotten.contains($0.origin) }
        for position in positions { learn(origin: position.origin) }
        registry.require(positions)
        views.insert(sender.node)
        if view.isReady { hasReadyView = true }
        for position in positions where registry.sequence(of: position.origin) < position.sequence {
            noteHolder(sender.node, of: position.origin, position.sequence)
            askRepair(of: position.origin, holder: sender.node, urgent: true)
        }
        superviseReadiness()
    }

    private mutating func learn(_ burial: Burial) {
        if let member = membership.members[burial.node] {
            if member.life <= burial.life { declareDead(burial.node, life: burial.life, cause: .silent, tells: false) }
            return
        }
        guard membership.burials[burial.node] == nil else { return }
        let since = now.uptime - min(UInt64(burial.age) * 1_000_000, now.uptime)
        membership.burials[burial.node] = BurialRecord(
            life: burial.life, cause: .silent, since: since, isSettled: true, notBefore: now.uptime + leaseTime)
    }

    /// A log of a node that is no member is that of a dead one.
    mutating func learn(origin: NodeID) {
        registry.know(origin)
        guard membership.members[origin] == nil, membership.burials[origin] == nil, hasReadyView || isReady else {
            return
        }
        membership.burials[origin] = BurialRecord(
            life: 0, cause: .silent, since: now.uptime, isSettled: true,
            notBefore: now.uptime + max(configuration.reportDeadline, leaseTime))
    }

    /// Somebody unknown speaks: tell it who we are, and hear who it is.
    mutating func introduce(to node: NodeID) {
        guard configuration.isAllowed(node.name), introductions.allows(node, now: now.uptime) else { return }
        send(.hello(hello(wantsView: true)), to: node)
    }

    // MARK: Heartbeats

    mutating func heartbeat() {
        beat += 1
        let jitter = random.next() % (configuration.heartbeatInterval / 10 + 1)
        nextBeat = now.uptime + configuration.heartbeatInterval - jitter
        assessHealth()
        if membership.health.isConnected {
            out.append(.broadcast(.heartbeat(ownHeartbeat())))
            membership.health.beatSent(beat, now: now.uptime)
            lastBeatSequence = registry.own.sequence
            let crowd = UInt64(membership.members.count + 1)
            if !isReady || random.next() % crowd == 0 {
                out.append(.broadcast(.hello(hello(wantsView: !isReady || !registry.isComplete))))
            }
            if !isReady { poolViews() }
            repeatReports()
            exchangeVectors()
            tellEnded()
        }
        superviseSilence()
        superviseLag()
        superviseUniverse()
        superviseQuorum()
        superviseWatch()
        ageBurials()
        served.expire(now: now.uptime)
        superviseRequirements()
        rescan()
    }

    private func ownHeartbeat() -> Heartbeat {
        let own = registry.own
        // Under steady writes the others are never at the current sequence, but they have noted the same multiple.
        let note = own.sequence == lastBeatSequence ? own.currentNote : own.lastNote ?? own.currentNote
        return Heartbeat(
            beat: beat, queue: queue, isReady: isReady, isDraining: draining != nil, clock: clock,
            sequence: own.sequence, digest: note, universe: universe,
            idBits: clockBits, placement: layouts.digest)
    }

    mutating func receive(_ heartbeat: Heartbeat, from sender: Sender) {
        guard var member = membership.members[sender.node] else { return }
        let changed = member.isReady != heartbeat.isReady || member.isDraining != heartbeat.isDraining
        member.lastHeard = now.uptime
        // For the quorum: who counts other members may have buried this node, and cannot tell it. Who is not ready counts as
        // little for itself as for them.
        if isReady, membership.health.isFresh(now: now.uptime, interval: configuration.heartbeatInterval),
            heartbeat.placement == layouts.digest
        {
            member.heardAt = now.uptime
        }
        member.earlierSequence = member.heartbeat?.sequence ?? 0
        member.heartbeat = heartbeat
        member.probe = nil
        member.votes = [:]
        member.queue = heartbeat.queue
        member.isReady = heartbeat.isReady
        member.isDraining = heartbeat.isDraining
        membership.members[sender.node] = member
        observe(clock: heartbeat.clock)
        if changed { topologyChanged() }
        compare(heartbeat, of: sender.node)
        noticeUniverse(heartbeat.universe, of: sender.node, isReady: heartbeat.isReady)
    }

    /// Nobody is ready: the lowest node asks for each member's view, so that all reports come together.
    private mutating func poolViews() {
        guard membership.workerNodes.first == node || membership.own.isClient else { return }
        for node in membership.live where !views.contains(node) { send(.hello(hello(wantsView: true)), to: node) }
    }

    /// Above a number of members only the successors' heartbeats are heard.
    mutating func superviseWatch() {
        let monitored = membership.monitored(limit: configuration.fullMeshLimit, count: configuration.monitors)
        let names = configuration.strategy.quorum == nil ? monitored?.map(\.name) : nil
        guard names != watched, membership.health.isConnected else { return }
        let before = Set(watched ?? membership.live.map(\.name))
        watched = names
        for node in monitored ?? membership.live where !before.contains(node.name) {
            membership.members[node]?.lastHeard = now.uptime
            membership.members[node]?.probe = nil
        }
        out.append(.watch(names.map { $0 + [node.name] }))
    }

    func isWatched(_ node: NodeID) -> Bool { watched.map { $0.contains(node.name) } ?? true }
}
