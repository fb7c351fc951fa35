/// Handoffs at the host. Every step is repeated until it is answered, and idempotent.
extension Tracker {
    mutating func startMove(_ name: String, to: NodeID, purpose: OfferPurpose) {
        guard outgoing[name] == nil, starts[name] == nil, let claim = registry.ownClaim(name), !claim.isParked else {
            return
        }
        let attempt = takeAttempt()
        outgoing[name] = OutgoingMove(
            name: name, workerID: claim.workerID, attempt: attempt, purpose: purpose, to: to,
            nextRetry: .max, wait: configuration.retryInterval, deadline: now.uptime + configuration.handoffDeadline)
        count(.handoffsStarted)
        out.append(.beginHandoff(workerID: claim.workerID, attempt: attempt))
    }

    mutating func takeAttempt() -> UInt64 {
        defer { nextAttempt += 1 }
        return nextAttempt
    }

    mutating func handoffBegun(_ workerID: UInt64, attempt: UInt64, _ choice: HandoffChoice) {
        guard let name = workers[workerID]?.name, let move = outgoing[name], move.attempt == attempt,
            move.phase == .asking
        else {
            // Held for another attempt, it stays so.
            if workers[workerID].flatMap({ outgoing[$0.name] })?.workerID != workerID {
                out.append(.resume(workerID: workerID))
            }
            return
        }
        switch choice {
        case .ignore where move.purpose == .move:
            pinned.insert(name)
            abandon(move, tells: false)
        case .failed(let text):
            log(.warning, "beginHandoff failed; the worker stays", ["name": name, "error": text])
            giveUpForNow(move)
        case .busy:
            giveUpForNow(move)
        case .restart, .ignore: offer(move, state: .none)
        case .resume(let bytes): offer(move, state: .bytes(bytes))
        }
    }

    private mutating func giveUpForNow(_ move: OutgoingMove) {
        count(.handoffsAborted)
        if move.purpose == .move {
            rebalance.retry(move.name, now: now.uptime)
        } else {
            _ = losing.refused(move.name, now: now.uptime, byWorker: false)
        }
        abandon(move, tells: false)
    }

    mutating func offer(_ pending: OutgoingMove, state: HandedState) {
        var move = pending
        // What has stopped is beyond abandoning: there is no worker that could go on.
        guard let claim = registry.ownClaim(move.name), registry.counts(claim) else {
            return move.hasStopped ? dropMove(move.name) : abandon(move, tells: false)
        }
        move.state = state
        move.phase = .offered
        if move.purpose == .merge {
            guard let winner = registry.liveWinner(of: move.name), winner.host == move.to else {
                return move.hasStopped ? keep(move) : abandon(move, tells: false)
            }
            move.offer = Offer(
                attempt: move.attempt, purpose: .merge, claim: claim, state: state, placement: layouts.digest)
        } else {
            let isStillOwner =
                layouts.owner(of: move.name, kind: claim.kind, strategy: configuration.strategy) == move.to
            guard isStillOwner || move.hasStopped else { return abandon(move, tells: false) }
            let step = Move(to: move.to, attempt: move.attempt, token: issueToken(), sequence: nextSequence)
            write(.moving(name: move.name, step))
            guard let moving = registry.ownClaim(move.name) else { return }
            move.offer = Offer(
                attempt: move.attempt, purpose: .move, claim: moving, state: state, placement: layouts.digest)
        }
        if move.hasStopped, move.purpose == .move { move.offeredTo[move.to] = move.offer?.claim.move?.token }
        outgoing[move.name] = move
        transmitOffer(move.name)
    }

    private mutating func transmitOffer(_ name: String) {
        guard var move = outgoing[name], let offer = move.offer else { return }
        move.nextRetry = now.uptime + move.wait
        let isOverdue = move.purpose == .merge && now.uptime >= move.deadline
        move.wait = min(move.wait * 2, isOverdue ? LosingClaims.longestWait : configuration.retryInterval * 8)
        outgoing[name] = move
        send(.offer(offer), to: move.to)
    }

    mutating func transmitCommit(_ name: String) {
        guard var move = outgoing[name] else { return }
        move.nextRetry = now.uptime + move.wait
        move.wait = min(move.wait * 2, configuration.retryInterval * 8)
        outgoing[name] = move
        send(.commit(Commit(name: name, attempt: move.attempt, purpose: move.purpose, held: move.held)), to: move.to)
    }

    // MARK: Answers

    mutating func receive(_ answer: OfferAnswer, from peer: NodeID) {
        guard var move = outgoing[answer.name], move.attempt == answer.attempt, move.to == peer,
            move.phase == .offered, move.purpose == answer.purpose
        else {
            // A prepared owner of an attempt that is over discards it when it sees that in the log.
            return
        }
        if let refusal = answer.refusal {
            count(.handoffsRefused)
            log(.debug, "handoff refused", ["name": answer.name, "error": refusal.message])
            if move.hasStopped { return keptStateRefused(answer.name, refusal) }
            guard move.purpose == .merge else {
                rebalance.retry(move.name, now: now.uptime)
                return abandon(move, tells: false)
            }
            guard losing.refused(answer.name, now: now.uptime, byWorker: refusal.code == .workerFailed) else {
                return abandon(move, tells: false)
            }
            log(
                .error, "resolveConflict failed again and again; the other state is given up",
                ["name": answer.name])
        }
        if move.hasStopped { return keptStateTaken(move) }
        move.phase = .stopping
        outgoing[answer.name] = move
        out.append(
            .stop(workerID: move.workerID, move.purpose == .move ? .moved : .conflict, collectsHeld: true))
    }

    /// The old worker has stopped: its mailbox goes along, the state stays here until the successor's claim is seen.
    mutating func stopped(_ workerID: UInt64, held: [HeldMessage]) {
        guard let worker = workers.removeValue(forKey: workerID), var move = outgoing[worker.name],
            move.workerID == workerID, move.phase == .stopping
        else { return }
        move.held = held
        move.hasStopped = true
        move.wait = configuration.retryInterval
        keptStateTaken(move)
    }

    mutating func committed(_ name: String) {
        guard var move = outgoing[name], let claim = registry.ownClaim(name), registry.counts(claim),
            successor(of: claim, move) == nil, rival(of: claim) == nil
        else { return reoffer(name) }
        count(.handoffsCommitted)
        move.offeredTo[move.to] = claim.move?.token
        move.committedTo.insert(move.to)
        outgoing[name] = move
        transmitCommit(name)
        forwardLate(name)
        reviewOwn(name)
    }

    mutating func forwardLate(_ name: String) {
        guard var move = outgoing[name], !move.late.isEmpty else { return }
        let late = move.late
        move.late = []
        outgoing[name] = move
        for request in late { forward(request, to: move.to) }
    }

    /// The winner has this worker's state: the losing claim is given up.
    mutating func concede(_ name: String) {
        guard let move = outgoing[name] else { return }
        guard let winner = registry.liveWinner(of: name), winner.host != node else {
            // It died with the state; this claim is the best there is.
            outgoing[name] = nil
            if let claim = registry.ownClaim(name), registry.counts(claim) { park(claim, until: now.uptime) }
            return refuseWaiting(for: move, .notReady, "try again")
        }
        count(.merges)
        write(.release(name: name, successor: winner.position))
        out.append(.event(.conflict(name: name, winner: winner.host, loser: node)))
        transmitCommit(name)
        forwardLate(name)
    }

    mutating func receive(_ answer: CommitAnswer, from peer: NodeID) {
        guard let move = outgoing[answer.name], move.attempt == answer.attempt, move.to == peer,
            move.phase == .committed
        else { return }
        if move.purpose == .merge {
            outgoing[answer.name] = nil
        } else if answer.isDone {
            reviewOwn(answer.name)
            releaseIfPassedOn(answer, by: peer)
            askRepair(of: peer, holder: peer, urgent: false)
        } else {
            outgoing[answer.name]?.committedTo.remove(peer)
            keptStateRefused(answer.name, Failure(.notReady, "the owner has not taken the name"))
        }
    }

    /// The owner's log is here, and its claim was not seen: it has lost the name to another registration since.
    private mutating func releaseIfPassedOn(_ answer: CommitAnswer, by owner: NodeID) {
        guard let move = outgoing[answer.name], answer.sequence > 0, registry.sequence(of: owner) >= answer.sequence
        else { return }
        outgoing[answer.name] = nil
        write(.release(name: answer.name, successor: LogPosition(origin: owner, sequence: answer.sequence)))
        for request in move.late { serve(request, from: request.id.node) }
    }

    // MARK: Ends

    /// The attempt is off; before the commit only. The worker works on, held writes are done.
    mutating func abandon(_ move: OutgoingMove, tells: Bool) {
        outgoing[move.name] = nil
        // What changed while it was under way was not looked at.
        registry.touch(move.name)
        if registry.ownClaim(move.name)?.move?.attempt == move.attempt {
            write(.settled(name: move.name, attempt: move.attempt))
        }
        if move.phase == .offered, move.purpose == .move || tells {
            send(.abort(name: move.name, attempt: move.attempt), to: move.to)
        }
        if workers[move.workerID] != nil { out.append(.resume(workerID: move.workerID)) }
        for request in move.late { serve(request, from: request.id.node) }
    }

    mutating func superviseOutgoing() {
        for name in outgoing.keys.sorted() {
            guard let move = outgoing[name] else { continue }
            let isLost = move.to != node && membership.members[move.to] == nil
            switch move.phase {
            case .asking:
                if now.uptime >= move.deadline || isLost { giveUpForNow(move) }
            case .offered:
                // A merge may be done at any time while the winner lives: offered anew, the state would be taken in twice.
                guard isLost || (move.purpose == .move && now.uptime >= move.deadline) else {
                    retransmit(move)
                    continue
                }
                if move.hasStopped { reoffer(name) } else { giveUpForNow(move) }
            case .kept:
                if now.uptime >= move.deadline { reoffer(name) }
            case .stopping, .returning: break
            case .committed:
                if isLost { superviseLostOwner(move) } else { retransmit(move) }
            }
        }
    }

    private mutating func retransmit(_ move: OutgoingMove) {
        guard now.uptime >= move.nextRetry else { return }
        if move.phase == .committed { transmitCommit(move.name) } else { transmitOffer(move.name) }
    }
}
