/// Requests at the node that is to carry them out.
extension Tracker {
    mutating func receive(_ request: Request, from sender: Sender) {
        let lifetime = UInt64(request.lifetime) * 1_000
        let state = served.begin(
            request.id, tries: request.tries, lifetime: lifetime, isOnce: request.body.isOnce, now: now.uptime,
            limit: configuration.requestLimit)
        switch state {
        case nil:
            count(.requestsRefused)
            let failure = Failure(.overloaded, "the node is overloaded; try again later")
            send(.reply(Reply(id: request.id, result: .failure(failure), tries: request.tries)), to: request.id.node)
        case .refused:
            let failure = Failure(.notReady, "the node could not do this a moment ago; try again")
            send(.reply(Reply(id: request.id, result: .failure(failure), tries: request.tries)), to: request.id.node)
        case .inProgress: break
        case .past:
            let text = "the request was carried out before; its answer is no longer kept"
            send(
                .reply(Reply(id: request.id, result: .failure(Failure(.uncertain, text, mayHaveExecuted: true)))),
                to: request.id.node)
        case .answered(let reply):
            // It is the answer to whichever try asks.
            send(.reply(Reply(id: reply.id, result: reply.result, tries: request.tries)), to: request.id.node)
        case .new: serve(request, from: sender.node)
        }
    }

    /// Gives an answer to whoever asked.
    mutating func answer(_ id: RequestID, _ result: Result<ReplyBody, Failure>) {
        guard id.node != node else { return receive(Reply(id: id, result: result)) }
        let reply = Reply(id: id, result: result, tries: served.tries(of: id))
        served.answer(reply)
        send(.reply(reply), to: id.node)
    }

    mutating func refuse(_ id: RequestID, _ code: FailureCode, _ text: String) {
        answer(id, .failure(Failure(code, text)))
    }

    mutating func serve(_ request: Request, from sender: NodeID) {
        switch request.body {
        case .register(let order): register(request, order)
        case .unregister(let name): onHosted(name, request, from: sender) { $0.unregister(name, request) }
        case .join(let name, let group):
            onHosted(name, request, from: sender) { $0.change(name, request) { $0.groups.insert(group) } }
        case .leave(let name, let group):
            onHosted(name, request, from: sender) { $0.change(name, request) { $0.groups.remove(group) } }
        case .update(let name, let values):
            onHosted(name, request, from: sender) { tracker in
                tracker.change(name, request) { draft in
                    for (key, value) in values { draft.metadata[key] = value }
                }
            }
        case .deliver(let name, let payload, let oneWay):
            onHosted(name, request, from: sender) { $0.deliver(name, request, payload, oneWay: oneWay) }
        case .restart(let orders):
            for order in orders where registry.sequence(of: order.seen.origin) < order.seen.sequence {
                askRepair(of: order.seen.origin, holder: sender, urgent: true)
            }
            orphanScan = true
            answer(request.id, .success(.done))
        case .drain:
            drain(request.id, timeout: UInt64(request.lifetime) * 1_000)
        case .inspect: answer(request.id, .success(.text(inspection())))
        }
    }

    // MARK: Where the name is

    /// Carries `action` out if this node runs the name; passes the request on to who does; or says what is.
    private mutating func onHosted(
        _ name: String, _ request: Request, from sender: NodeID, _ action: (inout Tracker) -> Void
    ) {
        if var move = outgoing[name], move.isCommitting {
            // The old worker has stopped, or is about to: all that comes goes where it went, in order.
            let isElsewhere = move.phase == .committed || (move.phase == .offered && move.purpose == .merge)
            if !isElsewhere || move.to == node {
                guard move.late.count < Self.lateLimit else {
                    return refuse(request.id, .overloaded, "too many messages wait for a move; try again")
                }
                move.late.append(request)
                outgoing[name] = move
            } else {
                forward(request, to: move.to)
            }
            return
        }
        if let claim = registry.view[name], claim.host != node {
            // It would not look at it again.
            guard claim.host != sender else {
                return refuse(request.id, .notReady, "\"\(name)\" is being moved; try again")
            }
            return forward(request, to: claim.host)
        }
        if let claim = registry.ownClaim(name), registry.counts(claim) {
            if let birth = request.birth, birth != claim.birth {
                let text =
                    "\"\(name)\" was unregistered, and registered again; look it up, and ask again if you mean that"
                return refuse(request.id, .notFound, text)
            }
            if claim.isParked, case .deliver = request.body {
                return refuse(request.id, .notReady, "\"\(name)\" is being started again; try again")
            }
            return action(&self)
        }
        if let move = incoming[name], case .deliver(_, let payload, let oneWay) = request.body, move.isPrepared {
            out.append(.deliver(workerID: move.workerID, request: request.id, payload: payload, oneWay: oneWay))
            return
        }
        let isComing =
            incoming[name] != nil || starts[name] != nil || !hasAuthority
            || registry.claims(on: name).contains { registry.counts($0) && $0.isRestartable }
        if isComing {
            refuse(request.id, .notReady, "\"\(name)\" is being moved or started; try again")
        } else {
            refuse(request.id, .notFound, "\"\(name)\" is not registered; register it first")
        }
    }

    static let lateLimit = 10_000

    mutating func forward(_ request: Request, to target: NodeID) {
        guard target != node, request.hops < Request.hopLimit else {
            return refuse(request.id, .notReady, "nodes do not agree yet where the name runs; try again")
        }
        // If the frame is lost the asker repeats it, and it is passed on again; only a message is passed on once.
        if !request.body.isOnce { served.forget(request.id) }
        if request.id.node == node { requests.noteForward(of: request.id) }
        var request = request
        request.hops += 1
        count(.forwards)
        send(.request(request), to: target)
    }

    // MARK: Register

    private mutating func register(_ request: Request, _ order: RegistrationOrder) {
        let id = request.id
        if let failure = whyNotHere(request, order) { return answer(id, .failure(failure)) }
        if let claim = registry.liveWinner(of: order.name) { return answerExisting(claim, id) }
        if var start = starts[order.name] {
            if start.request != id, !start.waiters.contains(id) {
                guard start.waiters.count < StartInProgress.waiterLimit else {
                    return refuse(id, .overloaded, "too many register \"\(order.name)\" at once; try again")
                }
                start.waiters.append(id)
                starts[order.name] = start
            }
            return
        }
        let isOrphan = registry.orphans.contains(order.name)
        if isOrphan || incoming[order.name] != nil || outgoing[order.name] != nil {
            return refuse(id, .notReady, "\"\(order.name)\" is being moved or started again; try again")
        }
        begin(
            .register(order), name: order.name, kind: order.kind, arguments: order.arguments,
            groups: Array(Set(order.groups)).sorted(), metadata: order.metadata, request: id)
    }

    private mutating func whyNotHere(_ request: Request, _ order: RegistrationOrder) -> Failure? {
        if configuration.strategy.quorum != nil, !hasQuorum {
            return Failure(.noQuorum, "too few members are heard; wait until the quorum is there")
        }
        guard hasAuthority, hasLease, membership.health.isHealthy || membership.members.isEmpty else { return notReady }
        let owner = layouts.owner(of: order.name, kind: order.kind, strategy: configuration.strategy)
        guard request.placement == layouts.digest, owner == node, draining == nil else {
            return Failure(.notOwner, "nodes do not agree yet on the owner of \"\(order.name)\"; try again")
        }
        if mayHaveMissedRegistrations { return notReady }
        if mayRunElsewhere(order.name, kind: order.kind) {
            let text =
                "a node that owned \"\(order.name)\" was lost a moment ago, and its lease has not ended; try again"
            return Failure(.notReady, text)
        }
        return nil
    }

    mutating func answerExisting(_ claim: Claim, _ id: RequestID) {
        let summary = RegistrationSummary(name: claim.name, node: claim.host, token: claim.token)
        if claim.request == id {
            return confirm(id, .success(.written(summary, at: claim.position)), sequence: claim.sequence)
        }
        answer(
            id,
            .failure(
                Failure(
                    .alreadyRegistered, "\"\(claim.name)\" is registered; look it up, or unregister it first",
                    holder: summary)))
    }

    /// Answers a write of this log: at once to another node (its replica will show it), else when replicated.
    mutating func confirm(_ id: RequestID, _ result: Result<ReplyBody, Failure>, sequence: UInt64, local: Bool = false)
    {
        guard id.node == node, !local, case .success(.written(_, let position)) = result, position.origin == node else {
            return answer(id, result)
        }
        acknowledgeLater(id, result, sequence: sequence)
    }

    mutating func confirm(_ waiters: [GroupRefs.Waiter]) {
        for waiter in waiters { confirm(waiter.id, waiter.result, sequence: waiter.sequence, local: waiter.local) }
    }

    // MARK: Writes at the host

    /// What a host may change of its own entry.
    struct Draft {
        var groups: Set<String>
        var metadata: [String: String]
    }

    /// Groups and metadata keys of one entry, each.
    static let attributeLimit = 1_024

    private mutating func change(_ name: String, _ request: Request, _ edit: (inout Draft) -> Void) {
        guard let claim = registry.ownClaim(name) else { return }
        if var move = outgoing[name], move.phase == .offered, move.purpose == .move {
            guard move.late.count < Self.lateLimit else {
                return refuse(request.id, .overloaded, "too many changes wait for a move; try again")
            }
            move.late.append(request)
            outgoing[name] = move
            return
        }
        var draft = Draft(groups: Set(claim.groups), metadata: claim.metadata)
        edit(&draft)
        guard draft.groups.count <= Self.attributeLimit, draft.metadata.count <= Self.attributeLimit else {
            return refuse(
                request.id, .invalidArgument, "a worker has at most \(Self.attributeLimit) groups and metadata keys")
        }
        let groups = draft.groups.sorted()
        var written = claim
        if groups != claim.groups || draft.metadata != claim.metadata {
            written = Claim(
                name: name, host: node, workerID: claim.workerID, sequence: nextSequence, kind: claim.kind,
                arguments: claim.arguments, groups: groups, metadata: draft.metadata,
                stamp: stamp(for: registry.claims(on: name)), token: claim.token, birth: claim.birth,
                request: claim.request)
            write(.put(written, cites: nil))
            out.append(.update(workerID: claim.workerID, written))
        }
        let summary = RegistrationSummary(name: name, node: node, token: claim.token)
        finishWrite(request.id, summary, position: written.position, groups: groups)
    }

    /// Answers when the groups' bindings stand and the write is replicated.
    mutating func finishWrite(
        _ id: RequestID, _ summary: RegistrationSummary, position: LogPosition, groups: [String], local: Bool = false
    ) {
        let result = Result<ReplyBody, Failure>.success(.written(summary, at: position))
        if bindings.wait(
            for: groups, GroupRefs.Waiter(id: id, result: result, sequence: position.sequence, local: local))
        {
            return
        }
        confirm(id, result, sequence: position.sequence, local: local)
    }

    private mutating func unregister(_ name: String, _ request: Request) {
        guard let claim = registry.ownClaim(name) else { return }
        if let move = outgoing[name] { abandon(move, tells: true) }
        remove(name, claim: claim, cause: .unregistered, endsRivals: true)
        let summary = RegistrationSummary(name: name, node: node, token: claim.token)
        let position = LogPosition(origin: node, sequence: registry.own.sequence)
        confirm(request.id, .success(.written(summary, at: position)), sequence: position.sequence)
    }

    /// Ends a name that is hosted here. An application that unregisters means the name, so that the births of all rivals
    /// that are known end with it (`endsRivals`); whatever else ends a claim ends nothing but its own birth.
    mutating func remove(_ name: String, claim: Claim, cause: StopCause?, endsRivals: Bool = false) {
        let rivals = registry.claims(on: name).filter {
            endsRivals && $0.host != node && registry.counts($0) && $0.birth != claim.birth
        }
        write(.remove(name: name, alsoEnds: Array(Set(rivals.map(\.birth))).sorted()))
        parked[name] = nil
        pinned.remove(name)
        if let cause, workers.removeValue(forKey: claim.workerID) != nil {
            out.append(.stop(workerID: claim.workerID, cause, collectsHeld: false))
        }
    }

    private mutating func deliver(_ name: String, _ request: Request, _ payload: [UInt8], oneWay: Bool) {
        guard let claim = registry.ownClaim(name) else { return }
        out.append(.deliver(workerID: claim.workerID, request: request.id, payload: payload, oneWay: oneWay))
    }
}
