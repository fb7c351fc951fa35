/// Looks again at the own claims on names that something was said about.
extension Tracker {
    mutating func reviewTouched() {
        // A review may write, and so touch again; each write settles something, so that this ends.
        for _ in 0..<Self.reviewRounds {
            let names = registry.takeTouched()
            guard !names.isEmpty else { break }
            for name in names { reviewOwn(name) }
        }
        continueRebalance()
        continueOrphans()
    }

    private static let reviewRounds = 8

    mutating func reviewOwn(_ name: String) {
        guard let claim = registry.ownClaim(name) else { return }
        guard registry.counts(claim) else { return removeEnded(claim) }
        if let move = outgoing[name], move.isCommitting {
            // While a worker stops or starts here, what waits for it is not known: it is looked at after that.
            let isWaiting = move.phase == .kept || move.phase == .offered
            if isWaiting || (move.phase == .committed && move.purpose == .move) { releaseIfTaken(claim, move) }
            return
        }
        guard let winner = registry.liveWinner(of: name) else { return }
        if winner !== claim { return yield(claim, to: winner) }
        losing.remove(name)
        // A dead rival, or one that was unregistered, was given a higher token: storage outside may have seen it.
        // What is being started is looked at when it has begun, with its own.
        if outgoing[name] == nil, starts[name] == nil, let highest = registry.highestToken(of: name),
            highest > claim.token
        {
            observe(clock: highest.clock)
            reclaim(claim)
        }
    }

    private mutating func removeEnded(_ claim: Claim) {
        count(.endedClaims)
        if let move = outgoing[claim.name] {
            if move.isCommitting {
                outgoing[claim.name] = nil
                refuseWaiting(for: move, .notFound, "\"\(claim.name)\" was unregistered")
            } else {
                abandon(move, tells: true)
            }
        }
        losing.remove(claim.name)
        guard let current = registry.ownClaim(claim.name) else { return }
        remove(claim.name, claim: current, cause: .unregistered)
    }

    /// The successor's claim ends the host's part. Where it took the state as the heir of this node, which it held for dead,
    /// it still lacks what waited.
    mutating func releaseIfTaken(_ claim: Claim, _ pending: OutgoingMove) {
        guard let successor = successor(of: claim, pending) else { return }
        var move = pending
        write(.release(name: claim.name, successor: successor.position))
        guard move.committedTo.isEmpty, !move.held.isEmpty else {
            outgoing[claim.name] = nil
            for request in move.late { forward(request, to: successor.host) }
            return
        }
        move.purpose = .merge
        move.phase = .committed
        move.to = successor.host
        outgoing[claim.name] = move
        transmitCommit(claim.name)
        forwardLate(claim.name)
    }

    /// The claim of who has the state. After the commit it may have been passed on already; before, only the token that was
    /// offered tells it from a start without the state.
    func successor(of claim: Claim, _ move: OutgoingMove) -> Claim? {
        let isPassedOn = move.phase == .committed && move.committedTo.contains(move.to)
        return registry.claims(on: claim.name).first { other in
            guard registry.counts(other), other.birth == claim.birth, other.host != node else { return false }
            if isPassedOn, other.succeeds(claim) { return true }
            return move.offeredTo[other.host] == other.token && membership.members[other.host] != nil
        }
    }

    /// The live claim that wins over this one.
    func rival(of claim: Claim) -> Claim? {
        registry.liveWinner(of: claim.name).flatMap { $0 === claim ? nil : $0 }
    }

    /// Another live claim wins. The worker here stops only after the winner has its state.
    private mutating func yield(_ claim: Claim, to winner: Claim) {
        if claim.isParked {
            // The order of tokens only grows; who runs and who waits may change, and two that gave way to each other would
            // both be gone. The winner raises its token when it sees this one.
            guard Registry.loses(claim, to: winner) else { return }
            parked[claim.name] = nil
            write(.release(name: claim.name, successor: winner.position))
            return
        }
        // What was offered to an earlier winner may be done: its answer is waited for.
        if let move = outgoing[claim.name],
            move.purpose == .move || (move.to != winner.host && move.phase != .offered)
        {
            abandon(move, tells: true)
        }
        losing.add(claim.name, now: now.uptime)
        startMerges()
    }

    mutating func startMerges() {
        guard !losing.isEmpty, isReady, membership.health.isHealthy else { return }
        var room = handoffRoom
        for name in losing.due(now: now.uptime) where room > 0 && outgoing[name] == nil {
            guard let winner = registry.liveWinner(of: name), winner.host != node, registry.ownClaim(name) != nil else {
                losing.remove(name)
                continue
            }
            startMove(name, to: winner.host, purpose: .merge)
            room -= 1
        }
    }

    /// How many more handoffs may begin. Merges whose winner does not come to them within a handoff's time take no room.
    package var handoffRoom: Int {
        let waiting = outgoing.values.count {
            $0.purpose == .merge && $0.phase == .offered && now.uptime >= $0.deadline
        }
        return configuration.concurrentHandoffs - (outgoing.count - waiting)
    }

    private mutating func reclaim(_ claim: Claim) {
        let written = Claim(
            name: claim.name, host: node, workerID: claim.workerID, sequence: nextSequence, kind: claim.kind,
            arguments: claim.arguments, groups: claim.groups, metadata: claim.metadata,
            stamp: stamp(for: registry.claims(on: claim.name)), token: issueToken(), birth: claim.birth,
            request: claim.request)
        write(.put(written, cites: nil))
        if !claim.isParked { out.append(.update(workerID: claim.workerID, written)) }
    }
}
