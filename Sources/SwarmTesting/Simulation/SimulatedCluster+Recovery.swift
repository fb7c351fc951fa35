import HashTreeCollections
import SwarmCheckers
import SwarmCore

/// The end of a run: faults stop, and all has to be well again.
extension SimulatedCluster {
    private static let checkInterval: UInt64 = 2_000_000

    /// Ends all faults, and waits until two snapshots in a row are the same and right.
    func recover() {
        guard !isHopeless else { return }
        endFaults()
        let start = now
        let limit = start + options.recovery.inMicroseconds
        var last: ClusterSnapshot?
        while now < limit, !isHopeless {
            advance(to: min(now + Self.checkInterval, limit))
            guard isAtRest else { continue }
            let snapshot = snapshot()
            let isWell = QuiescenceJudge.violations(
                in: snapshot, births: checker.births, workers: checker.workers, at: now
            ).isEmpty
            if isWell, snapshot == last {
                report.recoveryTime = now - start
                settle(snapshot)
                return
            }
            last = isWell ? snapshot : nil
        }
        guard !isHopeless else { return }
        note(nil, "!! not recovered in time")
        if trace.isOn { for process in live { inspect(process) } }
        let final = snapshot()
        let found = QuiescenceJudge.violations(in: final, births: checker.births, workers: checker.workers, at: now)
        for violation in found.prefix(8) { checker.report(violation.rule, now, violation.text) }
        if found.isEmpty {
            checker.report(
                .notRecovered, now,
                "\(startsUnderWay) starts, \(pending.count) requests open, \(live.filter(\.isLeaving).count) leaving")
        }
    }

    /// Whether no fault goes on by itself (a stall, a restart that is to come), and no client waits.
    private var isAtRest: Bool {
        startsUnderWay == 0 && pending.isEmpty
            && live.allSatisfy { !$0.isLeaving && !$0.isStalled && $0.link.isWell }
    }

    /// Has the trackers say in the trace what they think.
    private func inspect(_ process: SimulatedProcess) {
        let id = RequestID(node: process.node, number: nextOperation)
        nextOperation += 1
        checker.clients.invoked(id.number, .other, NameID(0), on: process.id, deadline: now + 1_000_000)
        feed(process, .request(id, .inspect(node: process.node.name), timeout: 1_000_000))
    }

    private func endFaults() {
        isFaulty = false
        note(nil, "!! faults end")
        heal()
        unblock()
        for number in isBrokerUp.indices { isBrokerUp[number] = true }
        for process in live { mend(process) }
        ambushes = []
        allowAll()
        observeViews()
    }

    /// All is quiet and right: the accounts have to be right too, and every name has to answer.
    private func settle(_ snapshot: ClusterSnapshot) {
        checker.checkAccounts(snapshot, at: now)
        checker.checkAttributes(snapshot, at: now)
        guard !isHopeless, !live.isEmpty else { return }
        let names = Set(snapshot.nodes.flatMap { $0.entries.map(\.name) }).sorted()
        var asked: [OperationID] = []
        for name in names {
            asked.append(nextOperation)
            ask(.call, name: name.index, on: random.pick(live), timeout: 5_000_000)
        }
        advance(to: now + 6_000_000)
        checkQuiet()
        if !isHopeless { checkShells() }
        for operation in asked where checker.clients[operation]?.isSuccess != true {
            guard let name = checker.clients[operation]?.name else { continue }
            checker.report(.unanswered, now, "\(name) runs, and call \(operation) to it failed though all is quiet")
        }
    }

    /// A cluster at rest says little: heartbeats, a vector now and then. All may be right already while the last work is
    /// still to come (names whose hosts are lost, and that wait for what nobody has), so that one look is not enough.
    private func checkQuiet() {
        let seconds = 5
        var frames = 0
        var allowed = 0
        for _ in 0..<6 {
            guard !isHopeless else { return }
            let before = report.frames
            advance(to: now + UInt64(seconds) * 1_000_000)
            frames = report.frames - before
            allowed = live.count * seconds * 3 + live.count * live.count * 2
            if frames <= allowed { return }
        }
        checker.report(
            .storm, now, "\(live.count) nodes at rest published \(frames) frames in \(seconds) s, \(allowed) would do")
    }

    /// Sums up.
    func finish() {
        report.count("expired", broker.counters.expired)
        report.count("unroutable", broker.counters.unroutable)
        let alive = Set(live.map(\.id))
        if !isHopeless { checker.clients.finish(at: now) { alive.contains($0) } }
        report.violations = checker.violations.map(\.description)
        report.simulatedTime = now
        report.digest = trace.digest.finalize()
    }

    // MARK: Snapshots

    func snapshot() -> ClusterSnapshot {
        let nodes = live.sorted { $0.id < $1.id }.map { process in
            ClusterSnapshot.Node(
                process: process.id, isReady: process.tracker.isReady, members: members(of: process),
                entries: entries(of: process), workers: process.sortedWorkers.map(\.serial))
        }
        return ClusterSnapshot(nodes: nodes, owners: owners())
    }

    private func members(of process: SimulatedProcess) -> [ProcessID] {
        process.tracker.membership.live.map { processesByNode[$0]?.id ?? ProcessID(-1) }.sorted()
    }

    private func entries(of process: SimulatedProcess) -> [ClusterSnapshot.Entry] {
        let claims = process.tracker.view.claims.values
        return claims.compactMap { claim -> ClusterSnapshot.Entry? in
            guard let name = nameIDs[claim.name] else { return nil }
            return ClusterSnapshot.Entry(
                name: name, host: processesByNode[claim.host].flatMap { $0.isAlive ? $0.id : nil },
                workerID: claim.workerID, birth: SimulatedPayload.birth(of: claim.arguments),
                token: FencingToken(claim.token), groups: claim.groups, metadata: claim.metadata,
                isMoving: claim.move != nil)
        }.sorted { $0.name < $1.name }
    }

    /// Where each name belongs, by the strategy and the kinds of the live nodes.
    private func owners() -> [NameID: ProcessID] {
        var result: [NameID: ProcessID] = [:]
        var layouts: [String: any PlacementLayout] = [:]
        let byName = Dictionary(live.map { ($0.node.name, $0) }, uniquingKeysWith: { first, _ in first })
        for process in live {
            for claim in process.tracker.view.claims.values {
                guard let name = nameIDs[claim.name], result[name] == nil else { continue }
                let layout = layouts[claim.kind] ?? layout(of: claim.kind)
                layouts[claim.kind] = layout
                result[name] = layout.owner(of: claim.name).flatMap { byName[$0]?.id }
            }
        }
        return result
    }

    private func layout(of kind: String) -> any PlacementLayout {
        let able = live.filter { $0.kinds.contains(kind) }
        return strategy.layout(of: able.map { PlacementCandidate(name: $0.node.name) }.sorted { $0.name < $1.name })
    }
}
