/// Starts, ends and answers of the own workers.
extension Tracker {
    mutating func begin(
        _ purpose: StartInProgress.Purpose, name: String, kind: String, arguments: [UInt8], groups: [String],
        metadata: [String: String], request: RequestID
    ) {
        switch purpose {
        case .orphan(let claim), .revival(let claim):
            observe(clock: max(claim.token.clock, claim.move?.token.clock ?? 0))
        case .register: break
        }
        let start = StartInProgress(
            workerID: takeWorkerID(), name: name, token: issueToken(), purpose: purpose, request: request)
        starts[name] = start
        workers[start.workerID] = LocalWorker(name: name, kind: kind)
        out.append(
            .start(
                WorkerOrder(
                    workerID: start.workerID, name: name, kind: kind, arguments: arguments, token: start.token,
                    groups: groups, metadata: metadata)))
    }

    mutating func takeWorkerID() -> UInt64 {
        defer { nextWorkerID += 1 }
        return nextWorkerID
    }

    mutating func heed(_ signal: WorkerSignal) {
        switch signal {
        case .started(let workerID, let result): started(workerID, result)
        case .answered(let id, let result): answer(id, result.map { .payload($0) })
        case .handoffBegun(let workerID, let attempt, let choice): handoffBegun(workerID, attempt: attempt, choice)
        case .stopped(let workerID, let held): stopped(workerID, held: held)
        case .merged(let workerID, let attempt, let result): merged(workerID, attempt: attempt, result)
        case .ended(let workerID, let failure, let restart, let backoff):
            ended(workerID, failure: failure, restart: restart, backoff: backoff)
        case .asks(_, let id, let body, let timeout): accept(id, body, timeout: timeout)
        }
    }

    private mutating func started(_ workerID: UInt64, _ result: Result<Void, Failure>) {
        guard let worker = workers[workerID] else {
            out.append(.stop(workerID: workerID, .abandoned, collectsHeld: false))
            return
        }
        if let start = starts[worker.name], start.workerID == workerID {
            starts[worker.name] = nil
            switch result {
            case .success: finish(start, worker)
            case .failure(let failure): fail(start, failure)
            }
        } else if incoming[worker.name]?.workerID == workerID {
            prepared(worker.name, result)
        } else if outgoing[worker.name]?.workerID == workerID {
            returned(worker.name, result)
        } else {
            workers[workerID] = nil
            out.append(.stop(workerID: workerID, .abandoned, collectsHeld: false))
        }
    }

    private mutating func fail(_ start: StartInProgress, _ failure: Failure) {
        workers[start.workerID] = nil
        switch start.purpose {
        case .register: answer(start.request, .failure(failure))
        case .orphan, .revival:
            log(
                .warning, "a worker could not be started again",
                ["name": start.name, "error": failure.message])
            if case .revival = start.purpose { parked[start.name] = now.uptime + configuration.settleLimit }
            nextOrphanScan = now.uptime + configuration.settleLimit
        }
        for waiter in start.waiters { answer(waiter, .failure(failure)) }
    }

    /// The worker runs: the name is claimed, unless it was taken, or ended, in the meantime.
    private mutating func finish(_ start: StartInProgress, _ worker: LocalWorker) {
        let rival = registry.liveWinner(of: start.name)
        switch start.purpose {
        case .register(let order):
            if let rival { return giveUp(start, for: rival) }
            let claim = Claim(
                name: order.name, host: node, workerID: start.workerID, sequence: nextSequence, kind: order.kind,
                arguments: order.arguments, groups: Array(Set(order.groups)).sorted(), metadata: order.metadata,
                stamp: stamp(for: registry.claims(on: order.name)), token: start.token,
                birth: LogPosition(origin: node, sequence: nextSequence), request: start.request)
            establish(claim, cites: nil)
            let summary = RegistrationSummary(name: claim.name, node: node, token: claim.token)
            finishWrite(
                start.request, summary, position: claim.position, groups: claim.groups, local: order.localOnly)
        case .orphan(let dead):
            guard rival == nil, let winner = registry.winner(of: start.name), winner.birth == dead.birth else {
                return giveUp(start, for: rival)
            }
            count(.restarts)
            establish(revived(winner, start), cites: winner.position)
        case .revival:
            guard let own = registry.ownClaim(start.name), own.isParked, registry.counts(own), rival === own else {
                return giveUp(start, for: rival)
            }
            count(.restarts)
            establish(revived(own, start), cites: nil)
        }
        for waiter in start.waiters {
            let holder = RegistrationSummary(name: start.name, node: node, token: start.token)
            answer(
                waiter,
                .failure(Failure(.alreadyRegistered, "\"\(start.name)\" is registered; look it up", holder: holder)))
        }
    }

    private mutating func establish(_ claim: Claim, cites: LogPosition?) {
        workers[claim.workerID]?.phase = .running
        write(.put(claim, cites: cites))
        parked[claim.name] = nil
        out.append(.update(workerID: claim.workerID, claim))
    }

    private mutating func revived(_ claim: Claim, _ start: StartInProgress) -> Claim {
        Claim(
            name: claim.name, host: node, workerID: start.workerID, sequence: nextSequence, kind: claim.kind,
            arguments: claim.arguments, groups: claim.groups, metadata: claim.metadata,
            stamp: stamp(for: registry.claims(on: claim.name)), token: start.token, birth: claim.birth,
            request: claim.request)
    }

    mutating func giveUp(_ start: StartInProgress, for rival: Claim?) {
        workers[start.workerID] = nil
        out.append(.stop(workerID: start.workerID, .abandoned, collectsHeld: false))
        // If the rival goes away, the name still waits for its worker.
        if case .revival = start.purpose, parked[start.name] != nil { parked[start.name] = now.uptime }
        var asking = start.waiters
        if case .register = start.purpose { asking.insert(start.request, at: 0) }
        for id in asking {
            // It may be what another node has done for this very request.
            if let rival { answerExisting(rival, id) } else { answer(id, .failure(notReady)) }
        }
    }

    /// A running worker of the application gets a name. It is not started elsewhere, and not moved.
    mutating func adopt(_ id: RequestID, _ order: AdoptOrder, timeout: UInt64) {
        requests.set(
            PendingRequest(
                id: id, body: .inspect(node: ""), deadline: now.uptime + timeout, due: now.uptime + timeout, wait: 0))
        guard isReady else { return complete(id, .failure(notReady)) }
        guard hasQuorum, hasLease else {
            return complete(
                id, .failure(Failure(.noQuorum, "too few members are heard; wait until the quorum is there")))
        }
        if let rival = registry.liveWinner(of: order.name)
            ?? registry.winner(of: order.name).flatMap({ $0.isRestartable ? $0 : nil })
        {
            let holder = RegistrationSummary(name: rival.name, node: rival.host, token: rival.token)
            return complete(
                id,
                .failure(Failure(.alreadyRegistered, "\"\(order.name)\" is registered; look it up", holder: holder)))
        }
        let claim = Claim(
            name: order.name, host: node, workerID: order.workerID, sequence: nextSequence, kind: "", arguments: [],
            groups: Array(Set(order.groups)).sorted(), metadata: order.metadata,
            stamp: stamp(for: registry.claims(on: order.name)), token: issueToken(),
            birth: LogPosition(origin: node, sequence: nextSequence), request: id)
        workers[order.workerID] = LocalWorker(name: order.name, kind: "")
        establish(claim, cites: nil)
        let summary = RegistrationSummary(name: claim.name, node: node, token: claim.token)
        finishWrite(id, summary, position: claim.position, groups: claim.groups)
    }

    // MARK: Ends

    /// A worker ended on its own. Its policy says whether the name waits for another start, or is unregistered.
    private mutating func ended(_ workerID: UInt64, failure: String?, restart: Bool, backoff: UInt64) {
        guard let worker = workers.removeValue(forKey: workerID) else { return }
        if let failure { log(.warning, "worker failed", ["name": worker.name, "error": failure]) }
        if incoming[worker.name]?.workerID == workerID {
            return discard(worker.name, refusal: Failure(.startFailed, failure ?? "it stopped itself"))
        }
        if let move = outgoing[worker.name], move.phase == .returning, move.workerID == workerID,
            let claim = registry.ownClaim(worker.name)
        {
            return failedToReturn(move, claim)
        }
        guard let claim = registry.ownClaim(worker.name), claim.workerID == workerID else { return }
        if let move = outgoing[worker.name] { abandon(move, tells: true) }
        guard let current = registry.ownClaim(worker.name) else { return }
        if restart, current.isRestartable, registry.counts(current) {
            park(current, until: now.uptime + backoff)
        } else {
            remove(worker.name, claim: current, cause: nil)
        }
    }

    /// The name stays taken, and waits for its worker.
    mutating func park(_ claim: Claim, until: UInt64) {
        let written = Claim(
            name: claim.name, host: node, workerID: 0, sequence: nextSequence, kind: claim.kind,
            arguments: claim.arguments, groups: claim.groups, metadata: claim.metadata,
            stamp: stamp(for: registry.claims(on: claim.name)), token: claim.token, birth: claim.birth,
            request: claim.request)
        write(.put(written, cites: nil))
        parked[claim.name] = until
    }

    mutating func superviseParked() {
        guard !parked.isEmpty, hasQuorum, hasLease, isReady,
            membership.health.isHealthy || membership.members.isEmpty
        else { return }
        // The other side of a split may have started them, and said so to who has not been heard of here yet.
        if configuration.strategy.quorum != nil, isBehind { return }
        for name in parked.keys.sorted() where starts.count < configuration.concurrentRestarts {
            guard let due = parked[name], now.uptime >= due, starts[name] == nil else { continue }
            guard let claim = registry.ownClaim(name), claim.isParked, registry.counts(claim) else {
                parked[name] = nil
                continue
            }
            guard registry.liveWinner(of: name) === claim else { continue }
            // A side that had the quorum meanwhile may still run it.
            let rivals = registry.claims(on: name).filter { !registry.isAlive($0.host) && registry.counts($0) }
            guard rivals.allSatisfy(isReleased) else { continue }
            parked[name] = .max
            begin(
                .revival(claim), name: name, kind: claim.kind, arguments: claim.arguments, groups: claim.groups,
                metadata: claim.metadata, request: claim.request)
        }
    }
}
