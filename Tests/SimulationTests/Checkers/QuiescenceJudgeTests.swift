import SwarmCheckers
import Testing

/// The judge is judged: a cluster in order passes, and each way of being out of order is found.
@Suite("Quiescence judge")
struct QuiescenceJudgeTests {
    private let name = NameID(0)
    private let first = ProcessID(0)
    private let second = ProcessID(1)

    private struct Cluster {
        var workers = WorkerLedger(hasQuorum: false)
        var births = BirthLedger()
        var disturbance = DisturbanceMonitor()
        var serials: [WorkerSerial] = []

        mutating func start(_ name: NameID, birth: BirthID, on process: ProcessID, id: UInt64, clock: UInt64) {
            let serial = workers.started(
                name, birth: birth, on: process, workerID: id, token: Self.token(clock), inherits: nil,
                isPrepared: false, at: 10)
            workers.began(serial, at: 11, disturbance)
            serials.append(serial)
        }

        static func token(_ clock: UInt64) -> FencingToken { FencingToken(clock: clock, incarnation: 1, node: "a") }
    }

    /// Two nodes; one name, registered, acknowledged and running on the first.
    private func healthy() -> (Cluster, ClusterSnapshot) {
        var cluster = Cluster()
        cluster.disturbance.started(first, at: 0)
        cluster.disturbance.started(second, at: 0)
        cluster.births.registerInvoked(
            7, name, isRestartable: true, isPinned: false, keepsState: true, at: 5)
        cluster.births.registerAcknowledged(7, witnesses: [first, second], at: 20)
        cluster.start(name, birth: 7, on: first, id: 3, clock: 100)
        return (cluster, snapshot(of: cluster))
    }

    private func entry(birth: BirthID = 7, host: ProcessID? = ProcessID(0), id: UInt64 = 3, clock: UInt64 = 100)
        -> ClusterSnapshot.Entry
    {
        ClusterSnapshot.Entry(
            name: name, host: host, workerID: id, birth: birth, token: Cluster.token(clock), groups: [], metadata: [:],
            isMoving: false)
    }

    private func snapshot(
        of cluster: Cluster, entries: [[ClusterSnapshot.Entry]]? = nil, workers: [[WorkerSerial]]? = nil,
        isReady: Bool = true, members: [ProcessID]? = nil, owner: ProcessID = ProcessID(0)
    ) -> ClusterSnapshot {
        let entries = entries ?? [[entry()], [entry()]]
        let workers = workers ?? [cluster.serials, []]
        return ClusterSnapshot(
            nodes: [
                ClusterSnapshot.Node(
                    process: first, isReady: isReady, members: members ?? [second], entries: entries[0],
                    workers: workers[0]),
                ClusterSnapshot.Node(
                    process: second, isReady: true, members: [first], entries: entries[1], workers: workers[1]),
            ], owners: [name: owner])
    }

    private func rules(_ cluster: Cluster, _ snapshot: ClusterSnapshot) -> Set<Violation.Rule> {
        Set(
            QuiescenceJudge.violations(in: snapshot, births: cluster.births, workers: cluster.workers, at: 100)
                .map(\.rule))
    }

    @Test("a cluster in order passes")
    func passes() {
        let (cluster, snapshot) = healthy()
        #expect(rules(cluster, snapshot).isEmpty)
    }

    @Test("views that differ")
    func viewsDiffer() {
        let (cluster, _) = healthy()
        #expect(rules(cluster, snapshot(of: cluster, entries: [[entry()], []])) == [.viewsDiffer])
        #expect(rules(cluster, snapshot(of: cluster, entries: [[entry()], [entry(clock: 99)]])).contains(.viewsDiffer))
    }

    @Test("an acknowledged name that does not run")
    func nameLost() {
        let (cluster, _) = healthy()
        #expect(rules(cluster, snapshot(of: cluster, entries: [[], []], workers: [[], []])) == [.nameLost])
    }

    @Test("an acknowledged name that nobody who had it survived with is no promise")
    func nameExcused() {
        var (cluster, _) = healthy()
        cluster.births.processEnded(alive: [])
        #expect(rules(cluster, snapshot(of: cluster, entries: [[], []], workers: [[], []])).isEmpty)
    }

    @Test("a name that runs twice, and the worker that no entry knows")
    func nameTwice() {
        var (cluster, _) = healthy()
        cluster.start(name, birth: 7, on: second, id: 4, clock: 101)
        let twice = snapshot(of: cluster, workers: [[cluster.serials[0]], [cluster.serials[1]]])
        #expect(rules(cluster, twice).isSuperset(of: [.nameTwice, .orphanWorker]))
    }

    @Test("a name away from its owner")
    func notAtOwner() {
        let (cluster, _) = healthy()
        #expect(rules(cluster, snapshot(of: cluster, owner: second)) == [.notAtOwner])
    }

    @Test("a name that lives although its unregister was acknowledged")
    func unregisteredLives() {
        var (cluster, snapshot) = healthy()
        cluster.births.unregisterInvoked(8, name, at: 30)
        cluster.births.unregisterAcknowledged(8, name, birth: 7, witnesses: [first, second], at: 50)
        #expect(rules(cluster, snapshot) == [.unregisteredLives])
        snapshot = self.snapshot(of: cluster, entries: [[], []], workers: [[], []])
        #expect(rules(cluster, snapshot).isEmpty)
    }

    @Test("a registration that was carried out on both sides of a split may outlive the unregister of one")
    func unregisteredOnOneSide() {
        var (cluster, snapshot) = healthy()
        cluster.births.carriedOut(7, at: BirthLedger.BirthPlace(process: first, sequence: 1))
        cluster.births.unregisterInvoked(8, name, at: 30)
        cluster.births.unregisterAcknowledged(8, name, birth: 7, witnesses: [first, second], at: 50)
        #expect(rules(cluster, snapshot) == [.unregisteredLives])
        cluster.births.carriedOut(7, at: BirthLedger.BirthPlace(process: second, sequence: 1))
        #expect(rules(cluster, snapshot).isEmpty)
    }

    @Test("an unregister whose answer was lost leaves both ways open")
    func unregisterInDoubt() {
        var (cluster, snapshot) = healthy()
        cluster.births.unregisterInvoked(8, name, at: 30)
        cluster.births.unregisterUnclear(8, name)
        #expect(rules(cluster, snapshot).isEmpty)
        snapshot = self.snapshot(of: cluster, entries: [[], []], workers: [[], []])
        #expect(rules(cluster, snapshot).isEmpty)
    }

    @Test("entries that point to dead nodes, dead workers or an old token")
    func deadEntries() {
        let (cluster, _) = healthy()
        let noNode = entry(host: nil)
        #expect(rules(cluster, snapshot(of: cluster, entries: [[noNode], [noNode]])).contains(.deadEntry))
        let noWorker = entry(id: 9)
        #expect(rules(cluster, snapshot(of: cluster, entries: [[noWorker], [noWorker]])).contains(.deadEntry))
        let oldToken = entry(clock: 99)
        #expect(rules(cluster, snapshot(of: cluster, entries: [[oldToken], [oldToken]])) == [.deadEntry])
    }

    @Test("a worker that is held for ever")
    func heldForEver() {
        var (cluster, _) = healthy()
        cluster.workers.held(cluster.serials[0])
        #expect(rules(cluster, snapshot(of: cluster)) == [.notStable])
    }

    @Test("nodes that are not ready or do not count each other")
    func notRecovered() {
        let (cluster, _) = healthy()
        #expect(rules(cluster, snapshot(of: cluster, isReady: false)) == [.notRecovered])
        #expect(rules(cluster, snapshot(of: cluster, members: [])) == [.notRecovered])
    }
}
