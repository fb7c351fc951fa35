/// Judges a cluster at rest: what all nodes show and run, against what clients were told and workers did.
package struct QuiescenceJudge: Sendable {
    private let snapshot: ClusterSnapshot
    private let births: BirthLedger
    private let workers: WorkerLedger
    private let time: UInt64
    private var violations: [Violation] = []

    private init(_ snapshot: ClusterSnapshot, births: BirthLedger, workers: WorkerLedger, at time: UInt64) {
        self.snapshot = snapshot
        self.births = births
        self.workers = workers
        self.time = time
    }

    package static func violations(
        in snapshot: ClusterSnapshot, births: BirthLedger, workers: WorkerLedger, at time: UInt64
    ) -> [Violation] {
        var judge = QuiescenceJudge(snapshot, births: births, workers: workers, at: time)
        judge.checkMembers()
        judge.checkViews()
        judge.checkEntries()
        judge.checkWorkers()
        judge.checkNames()
        return judge.violations
    }

    private mutating func report(_ rule: Violation.Rule, _ text: String) {
        violations.append(Violation(rule, at: time, text))
    }

    private mutating func checkMembers() {
        let live = snapshot.nodes.map(\.process)
        for node in snapshot.nodes {
            if !node.isReady { report(.notRecovered, "\(node.process) is not ready") }
            let others = live.filter { $0 != node.process }
            if node.members != others {
                report(.notRecovered, "\(node.process) counts \(node.members), live are \(others)")
            }
        }
    }

    private mutating func checkViews() {
        guard let first = snapshot.nodes.first else { return }
        for node in snapshot.nodes.dropFirst() where node.entries != first.entries {
            let missing = Set(first.entries).symmetricDifference(node.entries).sorted { $0.name < $1.name }
            let sample = missing.first.map { "\($0)" } ?? "order"
            report(.viewsDiffer, "\(first.process) and \(node.process) differ in \(missing.count) entries: \(sample)")
        }
    }

    private mutating func checkEntries() {
        let nodes = Dictionary(uniqueKeysWithValues: snapshot.nodes.map { ($0.process, $0) })
        for node in snapshot.nodes {
            for entry in node.entries {
                guard let host = entry.host, let target = nodes[host] else {
                    report(.deadEntry, "\(node.process) shows \(entry.name) on a dead node")
                    continue
                }
                if entry.isMoving { report(.notStable, "\(node.process) shows \(entry.name) as moving") }
                let worker = target.workers.first { workers[$0].workerID == entry.workerID }
                guard let worker, workers[worker].name == entry.name else {
                    report(
                        .deadEntry,
                        "\(node.process) shows \(entry.name) as worker \(entry.workerID) of \(host), which does not run"
                    )
                    continue
                }
                if workers[worker].token != entry.token {
                    report(
                        .deadEntry,
                        "\(node.process) shows \(entry.token) for \(entry.name), the worker has \(workers[worker].token)"
                    )
                }
                if births.mustNotLive(entry.birth) {
                    report(.unregisteredLives, "\(node.process) shows \(entry.name) of b\(entry.birth)")
                }
            }
        }
    }

    private mutating func checkWorkers() {
        for node in snapshot.nodes {
            let shown = Dictionary(node.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            for serial in node.workers {
                let worker = workers[serial]
                let entry = shown[worker.name]
                if entry?.host != node.process || entry?.workerID != worker.workerID {
                    report(.orphanWorker, "\(workers.describe(serial)), \(worker.phase), is not what its node shows")
                } else if worker.phase != .active {
                    report(.notStable, "\(workers.describe(serial)) is \(worker.phase)")
                }
                if births.mustNotLive(worker.birth) {
                    report(.unregisteredLives, "\(workers.describe(serial)) runs, its unregister was acknowledged")
                }
            }
        }
    }

    private mutating func checkNames() {
        for index in births.names {
            let name = NameID(index)
            let running = snapshot.nodes.flatMap { node in node.workers.filter { workers[$0].name == name } }
            if running.count > 1 {
                report(.nameTwice, "\(name) runs as \(running.map { workers.describe($0) })")
            }
            if running.isEmpty, births.mustLive(name) {
                report(
                    .nameLost,
                    "\(name) was acknowledged and does not run: \(births.births(of: name).map { "b\($0.id)" })")
            }
            for serial in running {
                guard let birth = births[workers[serial].birth], birth.isRestartable, !birth.isPinned,
                    let owner = snapshot.owners[name], owner != workers[serial].process
                else { continue }
                report(.notAtOwner, "\(workers.describe(serial)), its owner is \(owner)")
            }
        }
    }
}
