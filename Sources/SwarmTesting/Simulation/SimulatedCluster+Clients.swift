import SwarmCheckers
import SwarmCore

/// What a client waits for.
struct PendingOperation {
    let kind: SimulatedRequest
    let name: NameID
    let message: MessageID
    let process: ProcessID
}

/// The clients: local applications of the nodes, each asking its own node.
extension SimulatedCluster {
    func scheduleClients() {
        guard options.requestsPerSecond > 0 else { return }
        let delay = random.interval(perMinute: options.requestsPerSecond * 60)
        after(delay) { [unowned self] in
            guard isFaulty else { return }
            clientAsks()
            scheduleClients()
        }
    }

    /// Somebody with a connection of his own, who is no member, publishes to groups.
    func scheduleOutside() {
        guard options.outsideMessages > 0 else { return }
        after(random.interval(perMinute: options.outsideMessages)) { [unowned self] in
            guard isFaulty else { return }
            publishFromOutside(random.pick(groups))
            scheduleOutside()
        }
    }

    private func clientAsks() {
        let awake = live.filter { !$0.isStalled && !$0.hasLeft }
        guard !awake.isEmpty, let kind = random.pick(options.workload.weights) else { return }
        let process = random.pick(awake)
        ask(kind, name: random.below(names.count), on: process, timeout: random.in(1_000_000...10_000_000))
    }

    func ask(_ kind: SimulatedRequest, name index: Int, on process: SimulatedProcess, timeout: UInt64) {
        let operation = nextOperation
        nextOperation += 1
        let name = names[index]
        let id = NameID(index)
        report.count(kind.rawValue)
        if kind == .publish { return publishToGroup(operation, from: process) }
        let body = body(of: kind, operation, name)
        noteChange(body, operation, id)
        pending[operation] = PendingOperation(kind: kind, name: id, message: operation, process: process.id)
        let entry: ClientLedger.Kind
        switch body {
        case .register(let order):
            let worker = SimulatedKind(rawValue: order.kind)
            checker.births.registerInvoked(
                operation, id, isRestartable: true,
                isPinned: application != nil || worker?.isPinned ?? true,
                keepsState: application == nil && worker?.keepsState ?? false, at: now)
            entry = .register(operation)
        case .unregister:
            checker.births.unregisterInvoked(operation, id, at: now)
            entry = .unregister
        case .deliver(_, _, let oneWay): entry = .deliver(operation, isOneWay: oneWay)
        default: entry = .other
        }
        checker.clients.invoked(operation, entry, id, on: process.id, deadline: now + timeout)
        note(process, "   client asks \(operation): \(kind) \(name)")
        feed(process, .request(RequestID(node: process.node, number: operation), body, timeout: timeout))
    }

    /// A worker begins to move: what is asked of it now finds it on its way.
    func askMover(_ name: NameID) {
        guard options.requestsInMoves > 0, isFaulty, random.chance(options.requestsInMoves) else { return }
        for _ in 0..<random.integer(in: 1...4) {
            let kind = random.pick([SimulatedRequest.send, .send, .call, .call, .metadata, .join, .leave])
            after(random.in(0...10_000)) { [unowned self] in
                let awake = live.filter { !$0.isStalled && !$0.hasLeft }
                guard isFaulty, !awake.isEmpty else { return }
                ask(kind, name: name.index, on: random.pick(awake), timeout: random.in(1_000_000...10_000_000))
            }
        }
    }

    private func body(of kind: SimulatedRequest, _ operation: OperationID, _ name: String) -> RequestBody {
        switch kind {
        case .register:
            let groups = random.chance(0.3) ? [random.pick(groups)] : []
            let worker = self.kind(ofName: name)
            return .register(
                RegistrationOrder(
                    name: name, kind: worker.rawValue,
                    arguments: SimulatedPayload.arguments(operation, size: options.logTail == nil ? 8 : 60_000),
                    groups: groups)
            )
        case .unregister: return .unregister(name: name)
        case .join: return .join(name: name, group: random.pick(groups))
        case .leave: return .leave(name: name, group: random.pick(groups))
        case .metadata: return .update(name: name, metadata: ["key": random.chance(0.2) ? nil : "\(operation)"])
        case .call, .send, .publish:
            let payload = SimulatedPayload.message(
                operation, fails: isFaulty && random.chance(options.workerFailures),
                isSlow: isFaulty && random.chance(options.slowMessages))
            let part = application?.message(isQuestion: !isFaulty) ?? []
            return .deliver(name: name, payload: payload + part, oneWay: kind == .send)
        }
    }

    /// Each name is of one kind: the owner is chosen among the nodes that have it.
    private func kind(ofName name: String) -> SimulatedKind {
        guard options.mixedKinds, application == nil, let index = nameIDs[name]?.index else { return .counter }
        let kinds: [SimulatedKind] = [.counter, .counter, .fresh, .counter, .pinned, .moody]
        return kinds[(index + Int(seed % 6)) % 6]
    }

    private func publishToGroup(_ operation: OperationID, from process: SimulatedProcess) {
        let group = random.pick(groups)
        publish(.group(operation), to: .exchange(exchanges.groups, key: group), .group, from: process)
    }

    private func publishFromOutside(_ group: String) {
        let operation = nextOperation
        nextOperation += 1
        report.count("outsideMessage")
        let sender = Sender(node: NodeID(name: "outside", incarnation: 0), life: 0)
        let frame = SimulatedFrame(sender: sender, content: .group(operation), key: group)
        guard let connection = outside ?? (try? broker.connect()) else { return }
        // A broker that was restarted does not know the connection any more.
        let isTaken = broker.publish(
            frame, to: .exchange(exchanges.groups, key: group), by: connection, size: 64, now: now, into: &outputs)
        outside = isTaken ? connection : nil
        serveOutputs()
    }

    // MARK: Answers

    func complete(_ id: RequestID, _ result: Result<ReplyBody, Failure>, at process: SimulatedProcess) {
        let operation = id.number
        var isSuccess = false
        if case .success = result { isSuccess = true }
        checker.clients.answered(operation, isSuccess: isSuccess, at: now)
        noteChanged(operation, result, at: process)
        guard let request = pending.removeValue(forKey: operation) else { return }
        switch result {
        case .success(let body):
            report.count("answered")
            checkReplicated(body, of: operation)
            succeeded(request, operation, body, at: process)
        case .failure(let failure):
            report.count("refused.\(failure.code)")
            checkRefusal(failure, of: request, operation)
            if request.kind == .unregister {
                checker.births.unregisterUnclear(
                    operation, request.name, mayStillHappen: failure.code == .timeout || failure.mayHaveExecuted)
            }
        }
    }

    private func succeeded(
        _ request: PendingOperation, _ operation: OperationID, _ body: ReplyBody, at process: SimulatedProcess
    ) {
        var summary: RegistrationSummary?
        if case .written(let written, _) = body { summary = written }
        let host = summary.flatMap { processesByNode[$0.node]?.id }
        let witnesses = [process.id] + (host.map { [$0] } ?? [])
        switch request.kind {
        case .register:
            checker.births.registerAcknowledged(operation, witnesses: witnesses, at: now)
            checkReadYourWrites(request, operation, summary, at: process)
        case .unregister:
            let key = summary.map { TokenKey(name: request.name, token: FencingToken($0.token)) }
            let birth = key.flatMap { checker.tokens[$0] }
            checker.births.unregisterAcknowledged(operation, request.name, birth: birth, witnesses: witnesses, at: now)
        case .call:
            guard case .payload(let bytes) = body, let reply = SimulatedPayload.readReply(bytes) else {
                return checker.report(.replyWrong, now, "call \(operation) was answered \(body)")
            }
            checker.checkReply(to: operation, of: request.name, reply.message, count: reply.count, at: now)
        default: break
        }
    }

    private func checkReadYourWrites(
        _ request: PendingOperation, _ operation: OperationID, _ summary: RegistrationSummary?,
        at process: SimulatedProcess
    ) {
        guard let birth = checker.births[operation], birth.possibleEnds == 0, birth.endedAt == nil,
            !checker.hasFailed(operation),
            checker.disturbance.isUndisturbed(since: birth.invokedAt)
        else { return }
        // A name whose worker waits for the quorum, or for its next start, is registered all the same.
        if process.tracker.registry.winner(of: names[request.name.index]) == nil {
            checker.report(
                .readYourWrites, now,
                "\(process.id) was told that \(request.name) (b\(operation)) is registered and does not show it")
        }
    }

    /// Notes which process shows what, for what survives of it.
    func observeViews() {
        for process in live {
            for index in names.indices {
                guard let claim = process.tracker.view[names[index]] else { continue }
                let birth = SimulatedPayload.birth(of: claim.arguments)
                // Before it is ready it has parts of logs, and answers for none.
                let token = FencingToken(claim.token)
                if process.tracker.isReady { checker.births.seen(birth, token, by: process.id) }
                checker.workers.saw(token, of: NameID(index), on: process.id)
            }
        }
    }
}
