/// States whose worker has stopped for a move, until the next owner has them: they go to the next one, or are taken back.
extension Tracker {
    mutating func refused(_ pending: OutgoingMove) {
        var move = pending
        guard move.hasStopped else {
            rebalance.retry(move.name, now: now.uptime)
            return abandon(move, tells: false)
        }
        move.refusals += 1
        outgoing[move.name] = move
        reoffer(move.name)
    }

    /// The owner died, or does not have it, after the old worker had stopped: the kept state goes to the next owner.
    mutating func reoffer(_ name: String) {
        guard var move = outgoing[name], let claim = registry.ownClaim(name), registry.counts(claim) else {
            return dropMove(name)
        }
        let owner = layouts.owner(of: name, kind: claim.kind, strategy: configuration.strategy)
        move.attempt = nextAttempt
        nextAttempt += 1
        move.deadline = now.uptime + configuration.handoffDeadline
        move.wait = configuration.retryInterval
        if let owner, owner != node, move.refusals < 3, membership.members[owner] != nil {
            move.to = owner
            outgoing[name] = move
            offer(move, state: move.state)
        } else {
            returnHome(move, claim)
        }
    }

    private mutating func returnHome(_ pending: OutgoingMove, _ claim: Claim) {
        guard hasQuorum, hasLease else { return takeBackLater(pending) }
        var move = pending
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
    mutating func takeBackLater(_ pending: OutgoingMove) {
        var move = pending
        if move.phase == .returning, workers.removeValue(forKey: move.workerID) != nil {
            out.append(.stop(workerID: move.workerID, .abandoned, collectsHeld: false))
        }
        move.phase = .offered
        move.to = node
        move.deadline = now.uptime + max(leaseTime, configuration.retryInterval)
        outgoing[move.name] = move
    }

    /// The worker that takes its own state back is there.
    mutating func returned(_ name: String, _ result: Result<Void, Failure>) {
        guard let move = outgoing[name], move.phase == .returning, let claim = registry.ownClaim(name) else { return }
        guard case .success = result, registry.counts(claim) else {
            workers[move.workerID] = nil
            outgoing[name] = nil
            if registry.counts(claim) { park(claim, until: now.uptime + configuration.settleLimit) }
            for message in move.held { if let request = message.request { refuse(request, .notReady, "try again") } }
            for request in move.late { refuse(request.id, .notReady, "try again") }
            return
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

    private mutating func dropMove(_ name: String) {
        guard let move = outgoing.removeValue(forKey: name) else { return }
        for message in move.held {
            if let request = message.request { refuse(request, .notFound, "\"\(name)\" is no longer registered") }
        }
        for request in move.late { refuse(request.id, .notFound, "\"\(name)\" is no longer registered") }
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
