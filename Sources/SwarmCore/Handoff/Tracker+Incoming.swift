import HashTreeCollections

/// Handoffs at the owner, and merges at the winner.
extension Tracker {
    mutating func receive(_ offer: Offer, from host: NodeID) {
        switch offer.purpose {
        case .move: receiveMove(offer, from: host)
        case .merge: receiveMerge(offer, from: host)
        }
    }

    private mutating func reply(_ offer: Offer, to host: NodeID, refusal: Failure?) {
        send(
            .offerAnswer(
                OfferAnswer(
                    name: offer.claim.name, attempt: offer.attempt, purpose: offer.purpose, refusal: refusal)),
            to: host)
    }

    private mutating func receiveMove(_ offer: Offer, from host: NodeID) {
        let claim = offer.claim
        guard let move = claim.move, move.to == node, claim.host == host, move.attempt == offer.attempt else { return }
        if finished.contains(host, offer.attempt) { return reply(offer, to: host, refusal: nil) }
        if let current = incoming[claim.name] {
            if current.from == host, current.attempt == offer.attempt {
                if current.isPrepared { reply(offer, to: host, refusal: nil) }
                return
            }
            guard current.claim.token < claim.token || (current.from == host && current.attempt < offer.attempt) else {
                return reply(offer, to: host, refusal: Failure(.notOwner, "another handoff of the name is under way"))
            }
            discard(claim.name, refusal: nil)
        }
        if let refusal = whyNotPrepare(offer) { return reply(offer, to: host, refusal: refusal) }
        prepare(offer, move, from: host)
    }

    private mutating func whyNotPrepare(_ offer: Offer) -> Failure? {
        let claim = offer.claim
        guard hasAuthority, hasLease, membership.health.isHealthy, draining == nil else { return notReady }
        guard offer.placement == layouts.digest else {
            return Failure(.notOwner, "the nodes do not see the same members yet")
        }
        guard configuration.member.kinds.contains(claim.kind) else {
            return Failure(.unknownKind, "this node has no kind \"\(claim.kind)\"")
        }
        guard registry.ownClaim(claim.name) == nil, starts[claim.name] == nil else {
            return Failure(.alreadyRegistered, "the name has a worker here")
        }
        guard incoming.count < configuration.concurrentHandoffs * 16 else {
            return Failure(.overloaded, "too many handoffs at once")
        }
        return nil
    }

    private mutating func prepare(_ offer: Offer, _ move: Move, from host: NodeID) {
        let claim = offer.claim
        let workerID = takeWorkerID()
        incoming[claim.name] = IncomingMove(
            name: claim.name, from: host, attempt: offer.attempt, workerID: workerID, claim: claim, move: move)
        workers[workerID] = LocalWorker(name: claim.name, kind: claim.kind)
        // Bound before the claim shows: what is published from then on comes here.
        rebind(from: [], to: claim.groups)
        out.append(
            .prepare(
                WorkerOrder(
                    workerID: workerID, name: claim.name, kind: claim.kind, arguments: claim.arguments,
                    token: move.token, groups: claim.groups, metadata: claim.metadata),
                state: offer.state))
    }

    /// The worker has its state, or could not be started.
    mutating func prepared(_ name: String, _ result: Result<Void, Failure>) {
        guard var move = incoming[name] else { return }
        switch result {
        case .failure(let failure): discard(name, refusal: failure)
        case .success:
            move.isPrepared = true
            incoming[name] = move
            checkIncoming(name)
            guard incoming[name] != nil else { return }
            send(
                .offerAnswer(OfferAnswer(name: name, attempt: move.attempt, purpose: .move, refusal: nil)),
                to: move.from)
        }
    }

    /// The prepared worker is not wanted.
    mutating func discard(_ name: String, refusal: Failure?) {
        guard let move = incoming.removeValue(forKey: name) else { return }
        rebind(from: move.claim.groups, to: [])
        if workers.removeValue(forKey: move.workerID) != nil {
            out.append(.stop(workerID: move.workerID, .abandoned, collectsHeld: false))
        }
        if let refusal {
            send(
                .offerAnswer(OfferAnswer(name: name, attempt: move.attempt, purpose: .move, refusal: refusal)),
                to: move.from)
        }
        if move.commit != nil {
            send(.commitAnswer(CommitAnswer(name: name, attempt: move.attempt, isDone: false)), to: move.from)
        }
    }

    mutating func aborted(_ name: String, attempt: UInt64, by host: NodeID) {
        guard let move = incoming[name], move.from == host, move.attempt == attempt, move.commit == nil else { return }
        discard(name, refusal: nil)
    }

    mutating func receive(_ commit: Commit, from host: NodeID) {
        if finished.contains(host, commit.attempt) {
            return sendDone(commit.name, commit.attempt, to: host)
        }
        if commit.purpose == .merge { return receiveMerged(commit, from: host) }
        guard var move = incoming[commit.name], move.from == host, move.attempt == commit.attempt else {
            return send(
                .commitAnswer(CommitAnswer(name: commit.name, attempt: commit.attempt, isDone: false)), to: host)
        }
        move.commit = commit
        incoming[commit.name] = move
        checkIncoming(commit.name)
    }

    private mutating func sendDone(_ name: String, _ attempt: UInt64, to host: NodeID) {
        let answer = CommitAnswer(name: name, attempt: attempt, isDone: true, sequence: registry.own.sequence)
        send(.commitAnswer(answer), to: host)
    }

    /// Activates or discards, if the replica of the host's log says which; else waits for more of it.
    mutating func checkIncoming(_ name: String) {
        guard let move = incoming[name], move.isPrepared else { return }
        let position = LogPosition(origin: move.from, sequence: move.move.sequence)
        let isDead = membership.members[move.from] == nil
        guard registry.sequence(of: move.from) >= position.sequence else {
            if isDead, membership.burials[move.from]?.isSettled ?? true { return discard(name, refusal: nil) }
            return askRepair(of: move.from, holder: move.from, urgent: move.commit != nil)
        }
        guard let claim = registry.logs[move.from]?.claims[name], claim.move?.attempt == move.attempt,
            registry.counts(claim)
        else { return discard(name, refusal: nil) }
        // It would start beside a worker that is known: the host keeps the state, and is told of the conflict by the claims.
        // Of a dead host nobody else has it, so that a conflict is better, unless it is lost already.
        if let winner = registry.liveWinner(of: name), winner.host != move.from,
            !isDead || winner.token > move.move.token
        {
            return discard(name, refusal: Failure(.alreadyRegistered, "another claim on the name wins"))
        }
        if move.commit != nil || (isDead && isHeir(of: move.from)) {
            activate(move, of: claim, cites: position)
        }
    }

    private mutating func activate(_ move: IncomingMove, of claim: Claim, cites: LogPosition) {
        incoming[move.name] = nil
        finished.note(move.from, move.attempt)
        let token = tokenAtActivation(of: move)
        let written = Claim(
            name: move.name, host: node, workerID: move.workerID, sequence: nextSequence, kind: claim.kind,
            arguments: claim.arguments, groups: claim.groups, metadata: claim.metadata,
            stamp: stamp(for: registry.claims(on: move.name)), token: token, birth: claim.birth,
            request: claim.request)
        workers[move.workerID]?.phase = .running
        write(.put(written, cites: cites))
        rebind(from: move.claim.groups, to: [])
        out.append(.activate(workerID: move.workerID, token: token, held: move.commit?.held ?? []))
        sendDone(move.name, move.attempt, to: move.from)
    }

    /// The one that was offered, unless a dead rival, or one that was unregistered, had a higher one: storage outside may
    /// have seen that.
    private mutating func tokenAtActivation(of move: IncomingMove) -> Token {
        let offered = move.move.token
        observe(clock: offered.clock)
        guard let highest = registry.highestToken(of: move.name), highest > offered else { return offered }
        observe(clock: highest.clock)
        return issueToken()
    }

    mutating func reviewIncoming(from host: NodeID) {
        guard !incoming.isEmpty else { return }
        for name in incoming.keys.sorted() where incoming[name]?.from == host { checkIncoming(name) }
    }

    mutating func superviseIncoming() {
        for name in incoming.keys.sorted() { checkIncoming(name) }
    }

    /// A host's last words are known: what it was handing over to this node is this node's now.
    mutating func heirsOf(_ host: NodeID) { reviewIncoming(from: host) }

    // MARK: Merges

    private mutating func receiveMerge(_ offer: Offer, from host: NodeID) {
        let name = offer.claim.name
        if finished.contains(host, offer.attempt) { return reply(offer, to: host, refusal: nil) }
        // A copy of an offer changes nothing, whatever has happened to the name meanwhile.
        switch merging[offer.attempt, host] {
        case .merged: return reply(offer, to: host, refusal: nil)
        case .refused(let failure): return reply(offer, to: host, refusal: failure)
        case .asked(_, _, let worker):
            // One that has been stopped meanwhile may never say.
            guard workers[worker] == nil else { return }
            let failure = Failure(.workerFailed, "the worker was stopped before it took the state in")
            merging[offer.attempt, host] = .refused(failure)
            return reply(offer, to: host, refusal: failure)
        case nil: break
        }
        guard let own = registry.view[name], own.host == node, outgoing[name] == nil, own.token > offer.claim.token
        else {
            let failure = Failure(.notOwner, "this node's claim does not win, or is moving")
            merging[offer.attempt, host] = .refused(failure)
            return reply(offer, to: host, refusal: failure)
        }
        guard case .bytes = offer.state else {
            merging[offer.attempt, host] = .merged
            return reply(offer, to: host, refusal: nil)
        }
        count(.conflicts)
        let local = takeAttempt()
        merging[offer.attempt, host] = .asked(local: local, name: name, worker: own.workerID)
        out.append(.merge(workerID: own.workerID, attempt: local, state: offer.state))
    }

    mutating func merged(_ workerID: UInt64, attempt: UInt64, _ result: Result<Void, Failure>) {
        guard let found = merging.asked(attempt) else { return }
        var refusal: Failure?
        if case .failure(let failure) = result {
            log(.warning, "resolveConflict failed", ["name": found.name, "error": failure.message])
            refusal = Failure(.workerFailed, failure.message)
        }
        // The loser asks again with another attempt; meanwhile both workers stay.
        merging[found.attempt, found.host] = refusal.map { .refused($0) } ?? .merged
        send(
            .offerAnswer(OfferAnswer(name: found.name, attempt: found.attempt, purpose: .merge, refusal: refusal)),
            to: found.host)
    }

    private mutating func receiveMerged(_ commit: Commit, from host: NodeID) {
        finished.note(host, commit.attempt)
        merging[commit.attempt, host] = nil
        for message in commit.held {
            let body = RequestBody.deliver(name: commit.name, payload: message.payload, oneWay: message.oneWay)
            guard let id = message.request else {
                if let own = registry.ownClaim(commit.name), !own.isParked {
                    out.append(.deliver(workerID: own.workerID, request: nil, payload: message.payload, oneWay: true))
                }
                continue
            }
            serve(Request(id: id, lifetime: 1, placement: layouts.digest, hops: 1, body: body), from: host)
        }
        sendDone(commit.name, commit.attempt, to: host)
    }
}
