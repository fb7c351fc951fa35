import HashTreeCollections

/// The own log on its way out, the others' on their way in, and the repair of both.
extension Tracker {
    /// Writes the next operation of the own log, and keeps the bindings of its groups true to it. It is broadcast when
    /// the input in hand is done.
    mutating func write(_ operation: Operation) {
        let before = registry.ownClaim(operation.name)?.groups ?? []
        registry.write(operation)
        rebind(from: before, to: registry.ownClaim(operation.name)?.groups ?? [])
    }

    mutating func rebind(from before: [String], to after: [String]) {
        guard before != after else { return }
        for group in after where !before.contains(group) && bindings.add(group) { out.append(.bind(group: group)) }
        for group in before where !after.contains(group) && bindings.remove(group) { out.append(.unbind(group: group)) }
    }

    var nextSequence: UInt64 { registry.own.sequence + 1 }

    static let deltaLimit = 1_024

    /// What was written leaves before any answer that tells of it: answers are put behind.
    mutating func flushDeltas() {
        let own = registry.own
        guard broadcastFrom <= own.sequence else { return }
        var effects: [Effect] = []
        while broadcastFrom <= own.sequence {
            guard let operations = own.operations(after: broadcastFrom - 1, limit: Self.deltaLimit) else {
                broadcastFrom = own.sequence + 1
                break
            }
            effects.append(.broadcast(.delta(Delta(origin: node, first: broadcastFrom, operations: operations))))
            broadcastFrom += UInt64(operations.count)
        }
        out = effects + out
    }

    mutating func receive(_ delta: Delta, from sender: Sender) {
        guard delta.origin != node, !membership.forgotten.contains(delta.origin) else { return }
        guard delta.isConsistent else { return count(.framesForeign) }
        noteSupplier(of: delta.origin, sender)
        knowWhatIsCited(by: delta)
        let outcome = registry.receive(delta)
        if outcome.duplicates > 0 { count(.deltasDuplicate, outcome.duplicates) }
        if outcome.deferred > 0 { count(.deltasDeferred, outcome.deferred) }
        for gap in outcome.gaps {
            count(.gaps)
            askRepair(of: gap.origin, holder: gap.holder, urgent: gap.origin != delta.origin)
        }
        for operation in delta.operations {
            switch operation {
            case .put(let claim, _): observe(clock: claim.token.clock)
            case .moving(_, let move): observe(clock: move.token.clock)
            case .settled, .release, .remove: break
            }
        }
        applied(delta.origin)
    }

    /// Who has a dead node's log has those that it cites, too.
    private mutating func noteSupplier(of origin: NodeID, _ sender: Sender) {
        if sender.node != origin { suppliers[origin] = sender.node }
    }

    /// A log never heard of is one that is still to come; only those that have aged out count as seen.
    private mutating func knowWhatIsCited(by delta: Delta) {
        for operation in delta.operations {
            for position in operation.cited where !membership.forgotten.contains(position.origin) {
                registry.know(position.origin)
            }
        }
    }

    /// Asks for the rest of a log: its origin if it lives, else the node that is known to have it.
    mutating func askRepair(of origin: NodeID, holder: NodeID, urgent: Bool, whole: Bool = false) {
        let have = registry.sequence(of: origin)
        guard origin != node, let target = supplier(of: origin, holder: holder) else { return }
        let isHolder = holders[origin]?.node == target
        guard repairs.shouldAsk(origin, of: target, isHolder: isHolder, have: have, now: now.uptime, urgent: urgent)
        else { return }
        if whole {
            wholeRepairs.insert(origin)
            registry.hold(origin, until: now.uptime + configuration.downAfter)
        }
        send(.repair(RepairRequest(origin: origin, after: have, whole: whole)), to: target)
    }

    /// A member says that it has so much of a log.
    mutating func noteHolder(_ peer: NodeID, of origin: NodeID, _ sequence: UInt64) {
        guard sequence > registry.sequence(of: origin), membership.members[origin] == nil else { return }
        if let known = holders[origin], membership.members[known.node] != nil, known.sequence >= sequence { return }
        holders[origin] = (peer, sequence)
    }

    /// The origin if it lives, else who has said that it has more of its log, else who should have it, or gave what cites
    /// it, else anyone.
    private mutating func supplier(of origin: NodeID, holder: NodeID) -> NodeID? {
        if let known = holders[origin], known.sequence <= registry.sequence(of: origin) { holders[origin] = nil }
        let candidates = [origin, holders[origin]?.node ?? holder, holder, suppliers[holder] ?? holder]
        for candidate in candidates where membership.members[candidate] != nil { return candidate }
        let peers = membership.live
        return peers.isEmpty ? nil : peers[Int(random.next() % UInt64(peers.count))]
    }

    mutating func serve(_ request: RepairRequest, to asker: NodeID) {
        let log = registry.logs[request.origin]
        // Aged out, or given up: nobody will have more of it.
        let isOver =
            log.map { $0.sequence <= request.after && registry.isLost(request.origin) }
            ?? membership.forgotten.contains(request.origin)
        if isOver { return send(.vector([LogPosition(origin: request.origin, sequence: LogPosition.all)]), to: asker) }
        guard let log, log.sequence > request.after || request.whole else { return }
        // A dead node's log may hold names that another one started and then unregistered: who joins must not get them.
        let ended = registry.isAlive(request.origin) ? [] : registry.ended[request.origin] ?? []
        // And its history cites logs that nobody may have any more.
        let isFromStart = request.after == 0 && !registry.isAlive(request.origin)
        if !request.whole, !isFromStart, let operations = log.operations(after: request.after, limit: log.tailCount) {
            count(.repairsServed)
            var first = request.after + 1
            var rest = operations[...]
            while !rest.isEmpty {
                let part = rest.prefix(Self.deltaLimit)
                send(.delta(Delta(origin: request.origin, first: first, operations: Array(part))), to: asker)
                first += UInt64(part.count)
                rest = rest.dropFirst(part.count)
            }
            return
        }
        let isUnderWay = services.contains { $0.to == asker && $0.origin == request.origin }
        guard !isUnderWay, services.count < SnapshotService.limit || log.claims.count <= SnapshotService.small else {
            return
        }
        count(.snapshotsServed)
        services.append(
            SnapshotService(
                of: log, without: ended, to: asker, id: random.next(), positions: registry.positions))
        continueServices()
    }

    /// Portions of the snapshots that are being sent.
    mutating func continueServices() {
        for index in services.indices {
            let to = services[index].to
            for chunk in services[index].portion() { send(.snapshot(chunk), to: to) }
        }
        services.removeAll { $0.isDone || membership.members[$0.to] == nil }
    }

    mutating func receive(_ chunk: SnapshotChunk, from sender: Sender) {
        guard chunk.origin != node, !membership.forgotten.contains(chunk.origin) else { return }
        let have = registry.sequence(of: chunk.origin)
        let whole = wholeRepairs.contains(chunk.origin)
        guard chunk.sequence > have || (whole && chunk.sequence == have) else { return }
        noteSupplier(of: chunk.origin, sender)
        if let current = snapshots[chunk.origin], current.id != chunk.id, current.sequence > chunk.sequence { return }
        if snapshots[chunk.origin]?.id != chunk.id { snapshots[chunk.origin] = SnapshotAssembly(chunk) }
        snapshots[chunk.origin]?.add(chunk)
        guard let assembly = snapshots[chunk.origin] else { return }
        if assembly.isBroken { snapshots[chunk.origin] = nil }
        guard let manifest = assembly.completed else { return }
        snapshots[chunk.origin] = nil
        wholeRepairs.remove(chunk.origin)
        guard
            registry.install(assembly, manifest: manifest, whole: whole, isFromOrigin: sender.node == chunk.origin)
        else { return }
        count(.snapshotsApplied)
        for claim in assembly.claims.values { observe(clock: claim.token.clock) }
        applied(chunk.origin)
    }

    /// More of a log is there: answers that waited for it are given, and handoffs looked at.
    private mutating func applied(_ origin: NodeID) {
        // What is not shown yet is looked at again when it is due.
        for pending in requests.replicated(origin, upTo: registry.sequence(of: origin)) where isShown(pending.result) {
            complete(pending.id, pending.result)
        }
        if let upTo = owedAcknowledgements[origin], registry.sequence(of: origin) >= upTo {
            owedAcknowledgements[origin] = nil
            if membership.members[origin] != nil { send(.acknowledged(upTo: upTo), to: origin) }
        }
        reviewIncoming(from: origin)
        if !isReady, registry.isComplete { superviseReadiness() }
    }

    // MARK: Anti-entropy

    mutating func compare(_ heartbeat: Heartbeat, of origin: NodeID) {
        let have = registry.sequence(of: origin)
        if heartbeat.sequence > have { askRepair(of: origin, holder: origin, urgent: false) }
        if let log = registry.logs[origin], log.agrees(with: heartbeat.digest) == false {
            // What others gave while the node counted as dead leaves out what had ended: no drift, but to be set right.
            if log.isFromOrigin {
                count(.drifts)
                self.log(
                    .warning, "entries differ from their origin's; asking for all", ["member": origin.description])
            }
            askRepair(of: origin, holder: origin, urgent: true, whole: true)
        }
        if heartbeat.placement == layouts.digest { return }
        agreedBeats = 0
    }

    /// An owner that lacks what a member wrote a beat ago may not know of a registration that this made: for a while it
    /// starts nothing new.
    mutating func superviseLag() {
        let isLate = membership.members.contains { $0.value.earlierSequence > registry.sequence(of: $0.key) }
        behindSince = isLate ? behindSince ?? now.uptime : nil
    }

    var mayHaveMissedRegistrations: Bool {
        behindSince.map { now.uptime < $0 + configuration.reportDeadline } ?? false
    }

    mutating func exchangeVectors() {
        guard now.uptime >= nextVector else { return }
        nextVector = now.uptime + configuration.vectorInterval
        let peers = membership.live
        guard !peers.isEmpty else { return }
        let peer = peers[Int(random.next() % UInt64(peers.count))]
        send(.vector(registry.positions), to: peer)
    }

    mutating func compare(_ positions: [LogPosition], of peer: NodeID) {
        for position in positions where position.origin != node {
            guard !membership.forgotten.contains(position.origin) else { continue }
            if position.sequence == LogPosition.all {
                // It has aged out there, or been given up: everything counts as seen.
                registry.giveUp(position.origin)
                continue
            }
            learn(origin: position.origin)
            if membership.burials[position.origin]?.isSettled == false {
                membership.burials[position.origin]?.reports[peer] = position.sequence
            }
            if registry.sequence(of: position.origin) < position.sequence {
                noteHolder(peer, of: position.origin, position.sequence)
                askRepair(of: position.origin, holder: peer, urgent: false)
            }
        }
    }

    /// What this replica must reach before it speaks with authority is asked of whoever may have it.
    mutating func superviseRequirements() {
        for origin in registry.required.keys.sorted() {
            let peers = membership.live
            if !peers.isEmpty {
                askRepair(of: origin, holder: peers[Int(random.next() % UInt64(peers.count))], urgent: true)
            }
            if membership.members[origin] == nil, now.uptime > lastNewcomer + configuration.downAfter {
                registry.giveUpRequirement(of: origin)
            }
        }
        registry.releaseHeld(now: now.uptime)
        if registry.logs.values.contains(where: { !$0.pending.isEmpty }) {
            repairHoles()
        } else {
            holes.removeAll()
        }
    }

    private mutating func repairHoles() {
        let isHole = Set(registry.logs.keys.flatMap { registry.gaps(of: $0) }.map(\.origin))
        holes = holes.filter { isHole.contains($0.key) }
        for origin in registry.logs.keys.sorted() {
            for gap in registry.gaps(of: origin) {
                let have = registry.sequence(of: gap.origin)
                let known = holes[gap.origin].flatMap { $0.have == have ? $0 : nil }
                let since = known ?? (have, now.uptime)
                holes[gap.origin] = since
                let isSettled = membership.burials[gap.origin]?.isSettled ?? true
                if membership.members[gap.origin] == nil, isSettled, gap.origin != node,
                    now.uptime >= since.at + configuration.downAfter * 2
                {
                    registry.giveUp(gap.origin)
                    continue
                }
                askRepair(of: gap.origin, holder: gap.holder, urgent: true)
            }
        }
    }

    // MARK: Ended claims

    /// Hosts of claims whose name was unregistered are told until they have removed them.
    mutating func tellEnded() {
        for host in registry.ended.keys.sorted() where host != node && membership.members[host] != nil {
            let claims = registry.endedClaims(of: host, limit: 256)
            if !claims.isEmpty, hasAuthority { send(.ended(claims), to: host) }
        }
    }

    mutating func receive(_ claims: [EndedClaim]) {
        for claim in claims where registry.end(ownClaim: claim.name, birth: claim.birth) {
            count(.endedClaims)
            registry.touch(claim.name)
        }
    }

    // MARK: Acknowledgements

    /// Answers once another live node has applied the own log up to `sequence`.
    mutating func acknowledgeLater(_ id: RequestID, _ result: Result<ReplyBody, Failure>, sequence: UInt64) {
        guard !membership.readyPeers.isEmpty else { return complete(id, result) }
        acknowledgements.add(.init(sequence: sequence, id: id, result: result))
        superviseAcknowledgements()
    }

    mutating func superviseAcknowledgements() {
        guard let last = acknowledgements.last else { return }
        guard let partner = membership.successor(among: membership.readyPeers) else {
            // Nobody is left who could: this is a cluster of one.
            if membership.health.isHealthy {
                for item in acknowledgements.take(upTo: last) { complete(item.id, item.result) }
            }
            return
        }
        let isNew = acknowledgements.partner != partner || acknowledgements.askedUpTo < last
        let isInFlight = acknowledgements.partner == partner && acknowledgements.isAsked
        guard now.uptime >= acknowledgements.nextAsk || (isNew && !isInFlight) else { return }
        acknowledgements.partner = partner
        acknowledgements.askedUpTo = last
        acknowledgements.isAsked = true
        acknowledgements.nextAsk = now.uptime + configuration.retryInterval
        send(.acknowledge(upTo: last), to: partner)
    }

    mutating func acknowledge(_ upTo: UInt64, to asker: NodeID) {
        let have = registry.sequence(of: asker)
        if have < upTo {
            // Deltas come through another queue than questions, and are often overtaken.
            owedAcknowledgements[asker] = max(owedAcknowledgements[asker] ?? 0, upTo)
            askRepair(of: asker, holder: asker, urgent: false)
        }
        send(.acknowledged(upTo: min(have, upTo)), to: asker)
    }

    mutating func acknowledged(_ upTo: UInt64, by peer: NodeID) {
        acknowledgements.isAsked = false
        for item in acknowledgements.take(upTo: upTo) { complete(item.id, item.result) }
        superviseAcknowledgements()
        confirmLeaving(upTo)
    }
}
