import HashTreeCollections
import IntervalTreeClocks
import SwarmCheckers
import SwarmCore

/// Promises that show in what nodes send, bind and answer rather than in what workers do.
extension SimulatedCluster {
    /// Looks at what a node sends.
    func observe(_ effect: Effect, of process: SimulatedProcess) {
        switch effect {
        case .broadcast(.heartbeat(let heartbeat)): process.universe = heartbeat.universe
        case .send(.forkGrant(let universe, let id), let target):
            checkGrant(universe, id, to: target, by: process)
        default: break
        }
    }

    /// Looks at what reaches a node.
    func observe(_ message: Message, reaching process: SimulatedProcess) {
        // What came back may be given again.
        if case .retire = message { process.given = nil }
    }

    /// An id of the clock is given to one node only.
    private func checkGrant(
        _ universe: Universe, _ id: IntervalTreeClock.ID, to target: NodeID, by giver: SimulatedProcess
    ) {
        var given = giver.given.flatMap { $0.universe == universe ? $0 : nil } ?? SimulatedGrants(universe: universe)
        guard given.byNode[target] != id else { return }
        given.byNode[target] = id
        if (try? given.all.join(id)) == nil {
            checker.report(.idTwice, now, "\(giver.id) gives \(target) a clock id \(id) that overlaps with one it gave")
        }
        giver.given = given
    }

    /// A write that was acknowledged is known to a second node, if its host counts one.
    func checkReplicated(_ body: ReplyBody, of operation: OperationID) {
        guard case .written(_, let position) = body, let host = processesByNode[position.origin], host.isAlive,
            !host.tracker.membership.readyPeers.isEmpty
        else { return }
        let isKnown = processes.contains {
            $0 !== host && $0.tracker.registry.sequence(of: position.origin) >= position.sequence
        }
        if !isKnown {
            checker.report(.notReplicated, now, "request \(operation) was acknowledged, and only \(host.id) has it")
        }
    }

    /// A client asks for a change of an entry.
    func noteChange(_ body: RequestBody, _ operation: OperationID, _ name: NameID) {
        switch body {
        case .join(_, let group):
            checker.attributes.invoked(operation, .init(name: name, key: group), value: "in", at: now)
        case .leave(_, let group):
            checker.attributes.invoked(operation, .init(name: name, key: group), value: nil, at: now)
        case .update(_, let values):
            // Clients change one key at a time.
            for (key, value) in values {
                checker.attributes.invoked(operation, .init(name: name, key: key), value: value, at: now)
            }
        default: break
        }
    }

    /// It was done, or was certainly not.
    func noteChanged(_ operation: OperationID, _ result: Result<ReplyBody, Failure>, at process: SimulatedProcess) {
        switch result {
        case .success(.written(let summary, _)):
            let host = processesByNode[summary.node]?.id
            checker.attributes.acknowledged(operation, witnesses: [process.id] + (host.map { [$0] } ?? []), at: now)
        case .failure(let failure) where failure.code == .notFound || failure.code == .noQuorum:
            checker.attributes.failed(operation)
        default: break
        }
    }

    /// A registration that was repeated is not refused because of itself.
    func checkRefusal(_ failure: Failure, of request: PendingOperation, _ operation: OperationID) {
        guard request.kind == .register, failure.code == .alreadyRegistered, let holder = failure.holder else { return }
        checker.births.registerFailed(operation)
        let key = TokenKey(name: request.name, token: FencingToken(holder.token))
        if checker.tokens[key] == operation {
            checker.report(.replyWrong, now, "register \(operation) was refused because of itself")
        }
    }

    /// The tracker has a worker stopped.
    func checkStop(_ worker: SimulatedWorker, _ cause: StopCause, of process: SimulatedProcess) {
        switch cause {
        case .conflict where worker.kind == .counter: checker.workers.conceded(worker.serial, at: now)
        case .shutdown where worker.kind == .counter || worker.kind == .fresh: checkLeft(worker, by: process)
        default: break
        }
    }

    /// A node that drains takes the time that it has, as long as another one would take what it hosts.
    private func checkLeft(_ worker: SimulatedWorker, by process: SimulatedProcess) {
        guard let until = process.drainsUntil, now + 1_000_000 < until, !worker.isPrepared || worker.phase != .prepared,
            checker.disturbance.isUndisturbed(since: now - min(now, 20_000_000)),
            checker.disturbance.lastChange + 20_000_000 < now,
            let kind = worker.kind?.rawValue
        else { return }
        let heir = live.first { $0 !== process && $0.isReady && !$0.isLeaving && $0.kinds.contains(kind) }
        if let heir {
            checker.report(
                .leftBehind, now,
                "\(checker.workers.describe(worker.serial)) is stopped \((until - now) / 1_000) ms early, \(heir.id) would take it"
            )
        }
    }

    /// All is quiet: the groups are bound of what runs here, and there is one universe.
    func checkShells() {
        for process in live {
            let hosted = process.tracker.view.claims.values.filter { $0.host == process.node }
            let groups = Set(hosted.flatMap(\.groups))
            if groups != process.link.groups {
                checker.report(
                    .wrongBindings, now,
                    "\(process.id) is bound to \(process.link.groups.sorted()), not \(groups.sorted())")
            }
        }
        if Set(live.filter { !$0.isClient }.map(\.universe)).count > 1 {
            checker.report(
                .universesDiffer, now, "\(live.map { "\($0.id): \($0.universe.map { "\($0)" } ?? "none")" })")
        }
    }
}

/// The clock ids that a node has given away.
struct SimulatedGrants {
    let universe: Universe
    var all = IntervalTreeClock.ID.none
    var byNode: [NodeID: IntervalTreeClock.ID] = [:]
}
