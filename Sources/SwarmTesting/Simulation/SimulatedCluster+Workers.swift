import DequeModule
import SwarmCheckers
import SwarmCore

/// The runtime of workers of the simulated nodes: orders of the tracker.
extension SimulatedCluster {
    func performWorker(_ effect: Effect, of process: SimulatedProcess) {
        switch effect {
        case .start(let order): startWorker(order, state: nil, of: process)
        case .prepare(let order, let state): startWorker(order, state: state, of: process)
        case .activate(let id, let token, let held): activate(id, token, held, of: process)
        case .beginHandoff(let id, let attempt): beginHandoff(id, attempt, of: process)
        case .resume(let id): resume(id, of: process)
        case .stop(let id, let cause, let collects): stopWorker(id, cause, collects: collects, of: process)
        case .merge(let id, let attempt, let state): merge(id, attempt, state, of: process)
        case .deliver(let id, let request, let payload, let oneWay):
            let held = HeldMessage(request: request, payload: payload, oneWay: oneWay)
            put(held, into: id, of: process)
        case .update(let id, let claim): update(id, claim, of: process)
        case .lease(let until):
            process.leaseUntil = until
            for worker in process.sortedWorkers { work(worker, of: process) }
        default: break
        }
    }

    /// A signal for the tracker, after a moment.
    func signal(_ process: SimulatedProcess, _ signal: WorkerSignal, after delay: UInt64 = 20) {
        events.add(.input(process, .worker(signal)), at: now + delay)
    }

    // MARK: Start

    private func startWorker(_ order: WorkerOrder, state: HandedState?, of process: SimulatedProcess) {
        guard process.workers[order.workerID] == nil, let name = nameIDs[order.name] else {
            return checker.report(
                .orderRefused, now, "\(process.id) starts worker \(order.workerID) twice, or a name nobody gave")
        }
        var inherited: CounterState?
        if case .bytes(let bytes) = state { inherited = SimulatedPayload.state(bytes).counter }
        let birth = SimulatedPayload.birth(of: order.arguments)
        let serial = checker.workers.started(
            name, birth: birth, on: process.id, workerID: order.workerID, token: FencingToken(order.token),
            inherits: inherited, isPrepared: state != nil, at: now)
        let worker = SimulatedWorker(
            order: order, handed: state, name: name, birth: birth, kind: SimulatedKind(rawValue: order.kind),
            serial: serial, startFails: isFaulty && random.chance(options.startFailures))
        checker.tokens[TokenKey(name: name, token: FencingToken(order.token))] = birth
        process.workers[order.workerID] = worker
        let slow = isFaulty && random.chance(options.slowMessages)
        if slow { report.count("slowStart") }
        let delay = slow ? random.in(100_000...2_000_000) : random.in(20...2_000)
        events.add(.worker(process, worker, .start), at: now + delay)
    }

    private func started(_ worker: SimulatedWorker, of process: SimulatedProcess) {
        guard worker.phase == .starting else { return }
        if let stop = worker.wantsStop { return finishStop(worker, stop, of: process) }
        if worker.startFails || !startApplication(of: worker) {
            report.count("startFailure")
            gone(worker, of: process, isMove: false)
            let failure = Failure(.startFailed, "the worker does not want to")
            return signal(process, .started(workerID: worker.id, .failure(failure)))
        }
        worker.phase = worker.isPrepared ? .prepared : .active
        if !worker.isPrepared { checker.workers.began(worker.serial, at: now, checker.disturbance) }
        signal(process, .started(workerID: worker.id, .success(())))
        work(worker, of: process)
    }

    private func activate(_ id: UInt64, _ token: Token, _ held: [HeldMessage], of process: SimulatedProcess) {
        guard let worker = process.workers[id], worker.phase == .prepared else {
            return checker.report(.orderRefused, now, "\(process.id) activates worker \(id), which is not prepared")
        }
        worker.phase = .active
        worker.token = token
        application?.update(worker.serial, token: token, groups: worker.groups, metadata: worker.order.metadata)
        checker.tokens[TokenKey(name: worker.name, token: FencingToken(token))] = worker.birth
        checker.workers.activated(worker.serial, token: FencingToken(token), at: now, checker.disturbance)
        report.count("activation")
        worker.mailbox.prepend(contentsOf: held.map(SimulatedPayload.mail))
        work(worker, of: process)
    }

    private func update(_ id: UInt64, _ claim: Claim, of process: SimulatedProcess) {
        if let origin = processesByNode[claim.birth.origin]?.id {
            checker.births.carriedOut(
                SimulatedPayload.birth(of: claim.arguments),
                at: BirthLedger.BirthPlace(process: origin, sequence: claim.birth.sequence))
        }
        guard let worker = process.workers[id] else { return }
        worker.groups = claim.groups
        application?.update(worker.serial, token: claim.token, groups: claim.groups, metadata: claim.metadata)
        guard worker.token != claim.token else { return }
        worker.token = claim.token
        checker.tokens[TokenKey(name: worker.name, token: FencingToken(claim.token))] = worker.birth
        checker.workers.tokenChanged(worker.serial, to: FencingToken(claim.token), at: now)
    }

    // MARK: Handoff

    private func beginHandoff(_ id: UInt64, _ attempt: UInt64, of process: SimulatedProcess) {
        guard let worker = process.workers[id], worker.wantsStop == nil else {
            return signal(process, .handoffBegun(workerID: id, attempt: attempt, .failed("it has stopped")))
        }
        askMover(worker.name)
        switch worker.phase {
        case .active:
            worker.wantsHold = attempt
            if worker.inHand == nil { return hold(worker, attempt, of: process) }
            let patience = random.in(500_000...2_000_000)
            events.add(.worker(process, worker, .patience(attempt: attempt)), at: now + patience)
        case .held: hold(worker, attempt, of: process)
        case .starting, .prepared: signal(process, .handoffBegun(workerID: id, attempt: attempt, .busy))
        case .stopped: signal(process, .handoffBegun(workerID: id, attempt: attempt, .failed("it has stopped")))
        }
    }

    private func hold(_ worker: SimulatedWorker, _ attempt: UInt64, of process: SimulatedProcess) {
        worker.wantsHold = nil
        worker.phase = .held
        checker.workers.held(worker.serial)
        let choice = choice(of: worker)
        switch choice {
        case .restart, .resume: break
        case .ignore, .failed, .busy:
            report.count("handoffDeclined")
            goOn(worker, of: process)
        }
        signal(process, .handoffBegun(workerID: worker.id, attempt: attempt, choice), after: random.in(20...2_000))
    }

    private func choice(of worker: SimulatedWorker) -> HandoffChoice {
        if let application {
            let choice = application.beginHandoff(worker.serial)
            guard case .resume(let bytes) = choice else { return choice }
            return .resume(exportedState(of: worker) + bytes)
        }
        switch worker.kind {
        case .fresh: return .restart
        case .pinned: return .ignore
        case .moody where isFaulty:
            switch random.below(5) {
            case 0: return .restart
            case 1: return .failed("not today")
            case 2: return .busy
            default: break
            }
        case .counter, .moody, nil: break
        }
        return .resume(exportedState(of: worker))
    }

    private func exportedState(of worker: SimulatedWorker) -> [UInt8] {
        var state = checker.workers[worker.serial].state
        state.producer = worker.serial
        checker.workers.exported(worker.serial, state, at: now)
        return state.bytes
    }

    private func resume(_ id: UInt64, of process: SimulatedProcess) {
        guard let worker = process.workers[id] else { return }
        worker.wantsHold = nil
        guard worker.phase == .held else { return }
        goOn(worker, of: process)
    }

    private func goOn(_ worker: SimulatedWorker, of process: SimulatedProcess) {
        worker.phase = .active
        checker.workers.resumed(worker.serial, at: now, checker.disturbance)
        work(worker, of: process)
    }

    private func merge(_ id: UInt64, _ attempt: UInt64, _ state: HandedState, of process: SimulatedProcess) {
        guard let worker = process.workers[id], worker.wantsStop == nil, worker.phase != .starting else {
            let failure = Failure(.stopped, "the worker has stopped")
            return signal(process, .merged(workerID: id, attempt: attempt, .failure(failure)))
        }
        worker.wantsMerge = (attempt, state)
        if worker.inHand == nil { finishMerge(worker, of: process) }
    }

    private func finishMerge(_ worker: SimulatedWorker, of process: SimulatedProcess) {
        guard let (attempt, state) = worker.wantsMerge else { return }
        worker.wantsMerge = nil
        if isFaulty, worker.kind == .moody, random.chance(0.25) {
            report.count("mergeFailure")
            let failure = Failure(.workerFailed, "it does not want to merge")
            return signal(process, .merged(workerID: worker.id, attempt: attempt, .failure(failure)))
        }
        if case .bytes(let bytes) = state {
            let (counter, part) = SimulatedPayload.state(bytes)
            guard application?.resolveConflict(worker.serial, part) ?? true else {
                let failure = Failure(.workerFailed, "it could not merge")
                return signal(process, .merged(workerID: worker.id, attempt: attempt, .failure(failure)))
            }
            if let counter { checker.workers.merged(worker.serial, counter, at: now, checker.disturbance) }
        }
        report.count("merge")
        signal(process, .merged(workerID: worker.id, attempt: attempt, .success(())))
    }

    // MARK: Stop

    private func stopWorker(_ id: UInt64, _ cause: StopCause, collects: Bool, of process: SimulatedProcess) {
        guard let worker = process.workers[id] else {
            if collects { signal(process, .stopped(workerID: id, held: [])) }
            return
        }
        let stop = (cause: cause, collects: collects || (worker.wantsStop?.collects ?? false))
        worker.wantsStop = stop
        if !collects { refuseMail(of: worker, process) }
        if worker.inHand == nil { return finishStop(worker, stop, of: process) }
        // Nobody waits for its end: another of the name may start meanwhile.
        if !stop.collects { checker.workers.stopping(worker.serial) }
    }

    private func finishStop(
        _ worker: SimulatedWorker, _ stop: (cause: StopCause, collects: Bool), of process: SimulatedProcess
    ) {
        if !stop.collects { refuseMail(of: worker, process) }
        checkStop(worker, stop.cause, of: process)
        if stop.cause == .shutdown || stop.cause == .quorumLost {
            checker.failed(worker.serial)
            checker.disturbance.gaveUpWorkers(at: now)
        }
        gone(worker, of: process, isMove: stop.cause == .moved)
        guard stop.collects else { return }
        let held = worker.mailbox.map { HeldMessage(request: $0.request, payload: $0.payload, oneWay: $0.isOneWay) }
        worker.mailbox = []
        signal(process, .stopped(workerID: worker.id, held: held), after: random.in(20...500))
    }

    private func gone(_ worker: SimulatedWorker, of process: SimulatedProcess, isMove: Bool) {
        worker.phase = .stopped
        process.workers[worker.id] = nil
        if isMove { checker.births.handedOver(worker.birth, FencingToken(worker.token), by: process.id) }
        application?.stop(worker.serial, worker.wantsStop?.cause)
        checker.workers.stopped(worker.serial, isMove: isMove, at: now)
    }

    private func refuseMail(of worker: SimulatedWorker, _ process: SimulatedProcess) {
        for mail in worker.mailbox {
            checker.refused.insert(mail.message)
            guard let request = mail.request, !mail.isOneWay else { continue }
            signal(process, .answered(request, .failure(Failure(.stopped, "the worker has stopped"))))
        }
        worker.mailbox = []
    }

    // MARK: Messages

    func put(_ held: HeldMessage, into id: UInt64, of process: SimulatedProcess) {
        let mail = SimulatedPayload.mail(held)
        guard let worker = process.workers[id], worker.wantsStop.map({ $0.collects }) ?? true else {
            return refuse(mail, .stopped, process)
        }
        guard worker.mailbox.count < SimulatedWorker.mailboxLimit else { return refuse(mail, .mailboxFull, process) }
        worker.mailbox.append(mail)
        if let request = mail.request, mail.isOneWay { signal(process, .answered(request, .success([]))) }
        work(worker, of: process)
    }

    private func refuse(_ mail: SimulatedWorker.Mail, _ code: FailureCode, _ process: SimulatedProcess) {
        guard let request = mail.request else { return }
        signal(process, .answered(request, .failure(Failure(code, "the worker takes no message"))))
    }

    /// The next message, if the worker may and has one.
    func work(_ worker: SimulatedWorker, of process: SimulatedProcess) {
        guard worker.phase == .active, worker.inHand == nil, worker.wantsHold == nil, worker.wantsStop == nil else {
            return
        }
        if let until = process.leaseUntil, process.clock.uptime(at: now) >= until { return }
        guard let mail = worker.mailbox.popFirst() else { return }
        worker.inHand = mail
        worker.inHandSince = now
        if mail.isSlow, isFaulty { report.count("slowMessage") }
        let delay = mail.isSlow && isFaulty ? random.in(100_000...3_000_000) : random.in(5...200)
        events.add(.worker(process, worker, .message), at: now + delay)
    }

    func advance(_ worker: SimulatedWorker, of process: SimulatedProcess, _ step: SimulatedStep) {
        switch step {
        case .start: started(worker, of: process)
        case .message: messageDone(worker, of: process)
        case .patience(let attempt):
            guard worker.wantsHold == attempt else { return }
            worker.wantsHold = nil
            report.count("handoffBusy")
            signal(process, .handoffBegun(workerID: worker.id, attempt: attempt, .busy))
        }
    }

    private func messageDone(_ worker: SimulatedWorker, of process: SimulatedProcess) {
        guard let mail = worker.inHand else { return }
        worker.inHand = nil
        note(process, "   worker \(worker.id) (\(worker.nameText)) works off m\(mail.message)")
        guard !mail.fails, let answer = applicationAnswer(of: worker, to: mail) else {
            return fail(worker, mail, of: process)
        }
        let count = checker.workers.processed(
            worker.serial, mail.message, isGroup: mail.request == nil, begunAt: worker.inHandSince, at: now,
            checker.disturbance)
        if let request = mail.request, !mail.isOneWay {
            signal(process, .answered(request, .success(SimulatedPayload.reply(mail.message, count: count) + answer)))
        }
        if worker.wantsMerge != nil { finishMerge(worker, of: process) }
        if let stop = worker.wantsStop { return finishStop(worker, stop, of: process) }
        if let attempt = worker.wantsHold { return hold(worker, attempt, of: process) }
        work(worker, of: process)
    }

    private func fail(_ worker: SimulatedWorker, _ mail: SimulatedWorker.Mail, of process: SimulatedProcess) {
        checker.refused.insert(mail.message)
        if let request = mail.request, !mail.isOneWay {
            signal(process, .answered(request, .failure(Failure(.workerFailed, "it threw", mayHaveExecuted: true))))
        }
        if let attempt = worker.wantsHold {
            signal(process, .handoffBegun(workerID: worker.id, attempt: attempt, .failed("it has stopped")))
        }
        report.count("workerFailure")
        checker.failed(worker.serial)
        if let stop = worker.wantsStop { return finishStop(worker, stop, of: process) }
        refuseMail(of: worker, process)
        gone(worker, of: process, isMove: false)
        let restarts = application?.restartsAfterFailure ?? worker.kind?.restartsAfterFailure ?? false
        if !restarts { checker.births.endedByItself(worker.birth) }
        signal(
            process,
            .ended(workerID: worker.id, failure: "it threw", restart: restarts, backoff: random.in(100_000...2_000_000))
        )
    }

    /// A message of a group, to the members here, as the view has them.
    func fanOut(_ message: MessageID, group: String, at process: SimulatedProcess) {
        let payload = SimulatedPayload.message(message, fails: false, isSlow: false)
        for claim in process.tracker.view.members(of: group) where claim.host == process.node {
            put(HeldMessage(request: nil, payload: payload, oneWay: true), into: claim.workerID, of: process)
        }
    }
}
