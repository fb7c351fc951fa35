/// Requests of the local application: routing, retries, answers.
extension Tracker {
    mutating func accept(_ id: RequestID, _ body: RequestBody, timeout: UInt64) {
        guard requests.count < configuration.requestLimit else {
            let text = "\(configuration.requestLimit) requests are under way, the limit; slow down or raise it"
            out.append(.complete(id, .failure(Failure(.overloaded, text))))
            return
        }
        requests.set(
            PendingRequest(
                id: id, body: body, deadline: now.uptime + timeout, due: now.uptime, wait: configuration.retryInterval))
        route(id)
    }

    mutating func complete(_ id: RequestID, _ result: Result<ReplyBody, Failure>) {
        guard requests.remove(id) != nil else { return }
        out.append(.complete(id, result))
    }

    mutating func resumeDueRequests() {
        for id in requests.takeDue(now: now.uptime) {
            guard let request = requests[id] else { continue }
            if now.uptime >= request.deadline { expire(request) } else { route(id) }
        }
    }

    private mutating func expire(_ request: PendingRequest) {
        let mayHaveExecuted = request.openTries > 0
        guard membership.health.isConnected else {
            let text =
                "no answer within the timeout, and no connection to the broker; check that it runs and is reachable"
            return complete(
                request.id, .failure(Failure(.disconnected, text, mayHaveExecuted: mayHaveExecuted)))
        }
        let because = request.lastFailure.map { ": \($0.message)" } ?? ""
        complete(
            request.id,
            .failure(
                Failure(
                    .timeout, "no answer within the timeout\(because); try again, or allow more time",
                    mayHaveExecuted: mayHaveExecuted)))
    }

    // MARK: Routing

    enum Route {
        case to(NodeID)
        /// Not now; tried again until the deadline.
        case later(Failure)
        case never(Failure)
    }

    mutating func route(_ id: RequestID) {
        guard var request = requests[id] else { return }
        if case .replicating(_, let result) = request.phase {
            // Its log may have come further behind another one that it waited for.
            return isShown(result) ? complete(id, result) : scheduleRetry(&request)
        }
        if case .sent(let target) = request.phase, isKept(request, by: target) {
            if target != node { request.transmissions += 1 }
            scheduleRetry(&request)
            if target != node { transmit(request, to: target) }
            return
        }
        switch target(of: request.body) {
        case .never(let failure):
            // An earlier try removed it, its answer was lost, and this replica has the removal already.
            if case .unregister = request.body, failure.code == .notFound, request.tries > 0 {
                return complete(id, .success(.done))
            }
            complete(id, .failure(failure))
        case .later(let failure):
            request.phase = .waiting
            request.lastFailure = failure
            scheduleRetry(&request)
        case .to(let target):
            request.wasForwarded = false
            request.phase = .sent(target)
            // No try is under way: what is seen now is meant.
            if request.openTries == 0 { request.birth = birthMeant(by: request.body) }
            request.tries += 1
            if request.tries > 1 { count(.requestsRetried) }
            request.openTries += 1
            request.transmissions += 1
            scheduleRetry(&request)
            transmit(request, to: target)
        }
    }

    /// What was sent may have been carried out, and its answer be late: it is repeated to the node that has it, which
    /// knows it by its id, until that answers or dies. A message is never given to a second node. What is carried out
    /// here is not lost, whoever owns the name meanwhile: its answer comes.
    private func isKept(_ request: PendingRequest, by target: NodeID) -> Bool {
        if request.body.isOnce { return true }
        return target == node ? !request.wasForwarded : membership.members[target] != nil
    }

    private mutating func scheduleRetry(_ request: inout PendingRequest) {
        request.due = now.uptime + request.wait
        request.wait = min(request.wait * 2, configuration.retryInterval * 8)
        requests.set(request)
    }

    private mutating func transmit(_ request: PendingRequest, to target: NodeID) {
        let left = (request.deadline - min(now.uptime, request.deadline)) / 1_000
        let message = Request(
            id: request.wireID, lifetime: UInt32(clamping: max(left, 1)), placement: layouts.digest,
            birth: request.birth, tries: UInt32(clamping: request.tries), body: request.body)
        if target == node { serve(message, from: node) } else { send(.request(message), to: target) }
    }

    private func birthMeant(by body: RequestBody) -> LogPosition? {
        switch body {
        case .unregister(let name), .join(let name, _), .leave(let name, _), .update(let name, _):
            (registry.view[name] ?? registry.ownClaim(name))?.birth
        case .register, .deliver, .restart, .drain, .inspect: nil
        }
    }

    private mutating func target(of body: RequestBody) -> Route {
        switch body {
        case .register(let order): targetOfRegistration(order)
        case .unregister(let name), .join(let name, _), .leave(let name, _), .update(let name, _),
            .deliver(let name, _, _):
            targetOfName(name)
        case .drain(let name), .inspect(let name): targetOfNode(name)
        case .restart: .never(Failure(.invalidArgument, "not for applications"))
        }
    }

    private mutating func targetOfRegistration(_ order: RegistrationOrder) -> Route {
        if configuration.strategy.quorum != nil, !hasQuorum {
            return .never(Failure(.noQuorum, "too few members are heard; wait until the quorum is there"))
        }
        guard isReady else { return .later(notReady) }
        if let owner = layouts.owner(of: order.name, kind: order.kind, strategy: configuration.strategy) {
            return .to(owner)
        }
        let failure = Failure(
            .unknownKind, "no ready node has the kind \"\(order.kind)\"; give it to a node's `workers`")
        return layouts.candidates.isEmpty ? .later(notReady) : .never(failure)
    }

    var notReady: Failure {
        Failure(.notReady, "the node has not caught up with the cluster; `await node.ready()` or try again")
    }

    private func targetOfName(_ name: String) -> Route {
        if let claim = registry.view[name] { return .to(claim.host) }
        if outgoing[name] != nil || registry.ownClaim(name) != nil || incoming[name] != nil { return .to(node) }
        guard hasAuthority else { return .later(notReady) }
        let exists = registry.claims(on: name).contains { registry.counts($0) && $0.isRestartable }
        return exists
            ? .later(Failure(.notReady, "\"\(name)\" is being started again; try again"))
            : .never(Failure(.notFound, "\"\(name)\" is not registered; register it first"))
    }

    private func targetOfNode(_ name: String) -> Route {
        if name == node.name { return .to(node) }
        if let target = membership.incarnation(of: name) { return .to(target) }
        return isReady
            ? .never(Failure(.notFound, "no live node is called \"\(name)\"; see `nodes`"))
            : .later(notReady)
    }

    // MARK: Answers

    /// Whether this replica shows what was written. A snapshot may have taken its log beyond that, to where the name has
    /// moved on, while the log of the node that it moved to still lags.
    func isShown(_ result: Result<ReplyBody, Failure>) -> Bool {
        guard case .success(.written(let summary, let position)) = result, position.origin != node else { return true }
        guard registry.sequence(of: position.origin) >= position.sequence else { return false }
        return registry.isComplete || registry.view[summary.name] != nil
    }

    mutating func receive(_ reply: Reply, from sender: Sender) { receive(reply) }

    mutating func receive(_ reply: Reply) {
        guard var request = requests.sent(as: reply.id) else { return }
        switch reply.result {
        case .success(.written(_, let position)):
            if isShown(reply.result) { return complete(request.id, reply.result) }
            if case .replicating = request.phase { return }
            guard membership.members[position.origin] != nil else { return }
            request.phase = .replicating(position, reply.result)
            requests.set(request)
            askRepair(of: position.origin, holder: position.origin, urgent: false)
        case .success: complete(request.id, reply.result)
        case .failure(let failure):
            // The refusal of an earlier try, come late, says nothing of the one that is under way.
            guard reply.tries == 0 || reply.tries == UInt32(clamping: request.tries) else { return }
            receive(failure, of: request)
        }
    }

    private mutating func receive(_ failure: Failure, of pending: PendingRequest) {
        var request = pending
        // The first try removed it, and its answer was lost.
        if case .unregister(let name) = request.body, failure.code == .notFound, request.tries > 1,
            registry.view[name].map({ $0.birth != request.birth }) ?? true
        {
            return complete(request.id, .success(.done))
        }
        let isForLater = failure.code == .notReady || failure.code == .notOwner
        if isForLater || (failure.code == .notFound && isStale(request)) {
            request.phase = .waiting
            request.lastFailure = failure
            request.openTries = max(0, request.openTries - 1)
            request.due = now.uptime + request.wait / 4
            requests.set(request)
            if request.body.isOnce { requests.rename(request.id, to: takeInternalRequestID()) }
        } else {
            complete(request.id, .failure(failure))
        }
    }

    /// A frame with this request found no queue. If it was the only one, nobody has the request; of an earlier one that
    /// cannot be said, and the answer, or the verdict on that node, decides.
    mutating func returned(_ wireID: RequestID) {
        let failure = Failure(.notReady, "the node of the worker is gone; try again")
        guard wireID.node == node else { return answer(wireID, .failure(failure)) }
        guard let request = requests.sent(as: wireID), case .sent = request.phase else { return }
        guard request.transmissions == 1 || !request.body.isOnce else { return }
        receive(failure, of: request)
    }

    /// The other node does not know what this one still sees: one of the two is about to learn better.
    private func isStale(_ request: PendingRequest) -> Bool {
        switch request.body {
        case .deliver(let name, _, _), .join(let name, _), .leave(let name, _), .update(let name, _),
            .unregister(let name):
            registry.view[name] != nil && request.tries < 4
        default: false
        }
    }

    /// A node died: what it was asked is asked of its successor, unless it may have been executed.
    mutating func requestsLost(to lost: NodeID, cause: Verdict.Cause) {
        for id in requests.ids {
            guard var request = requests[id] else { continue }
            switch request.phase {
            case .sent(lost):
                // Its farewell is the answer, which may come later or not at all.
                if case .drain = request.body, cause == .left {
                    complete(id, .success(.done))
                    continue
                }
                if case .deliver = request.body {
                    // Who said farewell has passed on what it held: the new host answers.
                    if cause == .left { continue }
                    let text = "the node of the worker died before it answered; check before you repeat the message"
                    complete(id, .failure(Failure(.uncertain, text, mayHaveExecuted: true)))
                    continue
                }
            case .replicating(let position, _) where position.origin == lost: break
            default: continue
            }
            request.phase = .waiting
            request.due = now.uptime
            requests.set(request)
        }
    }
}
