/// States whose worker has stopped for a move, until another one has them: the next owner, or the winner of a conflict, or
/// a worker here again.
extension Tracker {
    mutating func keptStateRefused(_ name: String, _ refusal: Failure) {
        guard var move = outgoing[name] else { return }
        move.offeredTo[move.to] = nil
        switch move.purpose {
        case .merge:
            if refusal.code == .workerFailed { move.failures += 1 }
            if move.failures >= LosingClaims.failureLimit {
                log(
                    .error, "resolveConflict failed again and again; the other state is given up",
                    ["name": move.name])
                return keptStateTaken(move)
            }
        case .move:
            // The other worker of which nothing is known here will be known: none is started beside it.
            if refusal.code != .alreadyRegistered || registry.claims(on: move.name).count > 1 { move.refusals += 1 }
        }
        keep(move)
    }

    /// The owner is prepared, or the winner has taken the state in, and no worker is here any more.
    mutating func keptStateTaken(_ pending: OutgoingMove) {
        var move = pending
        move.phase = .committed
        outgoing[move.name] = move
        if move.purpose == .merge { concede(move.name) } else { committed(move.name) }
    }

    /// Offers the state anew after a while, each time a longer one. What was offered before is off, and answers to it are
    /// answers no longer.
    mutating func keep(_ pending: OutgoingMove, atLeast: UInt64 = 0) {
        var move = pending
        let first = configuration.retryInterval
        let wait = max(move.patience, first)
        move.patience = min(wait * 2, first * 8)
        move.phase = .kept
        move.attempt = takeAttempt()
        move.deadline = now.uptime + max(wait, atLeast)
        outgoing[move.name] = move
        settleAttempt(of: move.name)
    }

    /// A later start of the name elsewhere, without the state, must not look as if it had taken it.
    private mutating func settleAttempt(of name: String) {
        guard let attempt = registry.ownClaim(name)?.move?.attempt else { return }
        write(.settled(name: name, attempt: attempt))
    }

    /// The owner died, or does not have it, after the old worker had stopped: the kept state goes to the next owner; to
    /// the winner, if another worker of the name has won meanwhile.
    mutating func reoffer(_ name: String) {
        guard var move = outgoing[name], let moving = registry.ownClaim(name), registry.counts(moving) else {
            return dropMove(name)
        }
        guard successor(of: moving, move) == nil else { return releaseIfTaken(moving, move) }
        // Who wins is to be seen without the attempt: it lets any later start pass for a successor.
        settleAttempt(of: name)
        guard let claim = registry.ownClaim(name) else { return dropMove(name) }
        let winner = rival(of: claim)
        guard winner != nil || mayGiveState else { return takeBackLater(move) }
        move.attempt = takeAttempt()
        move.deadline = now.uptime + configuration.handoffDeadline
        move.wait = configuration.retryInterval
        let owner = layouts.owner(of: name, kind: claim.kind, strategy: configuration.strategy)
        if let winner {
            move.purpose = .merge
            move.to = winner.host
        } else if let owner, owner != node, move.refusals < 3, membership.members[owner] != nil {
            move.purpose = .move
            move.to = owner
        } else {
            return returnHome(move, claim)
        }
        outgoing[name] = move
        offer(move, state: move.state)
    }

    /// With a quorum the other side may have started the name, and this node may not have heard of that yet.
    private var mayGiveState: Bool {
        configuration.strategy.quorum == nil || (hasQuorum && hasLease && !isBehind)
    }

    private mutating func returnHome(_ pending: OutgoingMove, _ claim: Claim) {
        var move = pending
        move.purpose = .move
        move.phase = .returning
        move.to = node
        move.workerID = takeWorkerID()
        outgoing[move.name] = move
        workers[move.workerID] = LocalWorker(name: move.name, kind: claim.kind)
        out.append(
            .prepare(
                WorkerOrder(
                    workerID: move.workerID, name: move.name, kind: claim.kind, arguments: claim.arguments,
                    token: claim.token, groups: claim.groups, metadata: claim.metadata),
                state: move.state))
    }

    /// Without a lease no worker takes the state back. It stays here until there is one, and the other side's has ended.
    mutating func takeBackLater(_ move: OutgoingMove) {
        if move.phase == .returning, workers.removeValue(forKey: move.workerID) != nil {
            out.append(.stop(workerID: move.workerID, .abandoned, collectsHeld: false))
        }
        keep(move, atLeast: leaseTime)
    }

    /// The worker that takes its own state back is there.
    mutating func returned(_ name: String, _ result: Result<Void, Failure>) {
        guard let move = outgoing[name], move.phase == .returning, let claim = registry.ownClaim(name) else { return }
        guard case .success = result, registry.counts(claim) else { return failedToReturn(move, claim) }
        // While it was being started another one may have turned up.
        guard successor(of: claim, move) == nil, rival(of: claim) == nil else {
            workers[move.workerID] = nil
            out.append(.stop(workerID: move.workerID, .abandoned, collectsHeld: false))
            return keep(move)
        }
        outgoing[name] = nil
        observe(clock: claim.move?.token.clock ?? 0)
        let token = issueToken()
        let written = Claim(
            name: name, host: node, workerID: move.workerID, sequence: nextSequence, kind: claim.kind,
            arguments: claim.arguments, groups: claim.groups, metadata: claim.metadata,
            stamp: stamp(for: registry.claims(on: name)), token: token, birth: claim.birth, request: claim.request)
        workers[move.workerID]?.phase = .running
        write(.put(written, cites: nil))
        out.append(.activate(workerID: move.workerID, token: token, held: move.held))
        for request in move.late { serve(request, from: request.id.node) }
    }

    /// A worker that cannot take its state back is tried again, at last without the state, and then parked as others are
    /// that fail.
    mutating func failedToReturn(_ pending: OutgoingMove, _ claim: Claim) {
        var move = pending
        workers[move.workerID] = nil
        guard registry.counts(claim) else { return dropMove(move.name) }
        move.failures += 1
        if move.failures == LosingClaims.failureLimit {
            log(.error, "endHandoff failed again and again; the state is given up", ["name": move.name])
            move.state = .none
        }
        if move.failures <= LosingClaims.failureLimit { return keep(move) }
        outgoing[move.name] = nil
        park(claim, until: now.uptime + configuration.settleLimit)
        refuseWaiting(for: move, .notReady, "try again")
    }

    mutating func dropMove(_ name: String) {
        guard let move = outgoing.removeValue(forKey: name) else { return }
        refuseWaiting(for: move, .notFound, "\"\(name)\" is no longer registered")
    }

    /// What waits for the name hears that nobody has handled it.
    mutating func refuseWaiting(for move: OutgoingMove, _ code: FailureCode, _ text: String) {
        for id in move.held.compactMap(\.request) + move.late.map(\.id) { refuse(id, code, text) }
    }

    /// This node leaves: who waits for a state that nobody was given hears that it is to ask again.
    mutating func refuseKept() {
        for name in outgoing.keys.sorted() {
            guard let move = outgoing[name], move.isCommitting, move.phase != .committed else { continue }
            for message in move.held {
                guard let id = message.request else { continue }
                if move.committedTo.isEmpty {
                    refuse(id, .notReady, "try again")
                } else {
                    answer(id, .failure(Failure(.uncertain, "the node left with it", mayHaveExecuted: true)))
                }
            }
            for request in move.late { refuse(request.id, .notReady, "try again") }
            outgoing[name]?.held = []
            outgoing[name]?.late = []
        }
    }

    /// Only when all that it wrote is known, for it may have claimed the name before it died; and all that others have
    /// written, for it may have passed the name on.
    mutating func superviseLostOwner(_ move: OutgoingMove) {
        guard isHeir(of: move.to), move.purpose == .merge || !mayBeTaken else { return }
        if move.purpose == .merge {
            outgoing[move.name] = nil
        } else {
            reoffer(move.name)
        }
    }
}
