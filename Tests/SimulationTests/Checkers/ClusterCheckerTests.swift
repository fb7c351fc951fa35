import SwarmCheckers
import Testing

/// The accounts of messages and requests.
@Suite("Cluster checker")
struct ClusterCheckerTests {
    private let name = NameID(0)
    private let process = ProcessID(0)
    private var checker = ClusterChecker(hasQuorum: false)
    private var worker = WorkerSerial(0)

    init() {
        checker.disturbance.started(process, at: 0)
        checker.births.registerInvoked(7, name, isRestartable: true, isPinned: false, keepsState: true, at: 10)
        worker = checker.workers.started(
            name, birth: 7, on: process, workerID: 1, token: FencingToken(clock: 1, incarnation: 1, node: "a"),
            inherits: nil, isPrepared: false, at: 11)
        checker.workers.began(worker, at: 12, checker.disturbance)
        checker.births.registerAcknowledged(7, witnesses: [process], at: 13)
    }

    private var snapshot: ClusterSnapshot {
        ClusterSnapshot(
            nodes: [ClusterSnapshot.Node(process: process, isReady: true, members: [], entries: [], workers: [worker])],
            owners: [:])
    }

    private mutating func send(_ message: MessageID, isOneWay: Bool) {
        checker.clients.invoked(
            message, .deliver(message, isOneWay: isOneWay), name, on: process, deadline: 1_000_000)
        checker.clients.answered(message, isSuccess: true, at: 20)
    }

    @Test("accepted and worked off")
    mutating func inOrder() {
        send(100, isOneWay: true)
        _ = checker.workers.processed(worker, 100, at: 21, checker.disturbance)
        checker.checkAccounts(snapshot, at: 30)
        #expect(checker.violations.isEmpty)
    }

    @Test("accepted and lost")
    mutating func lost() {
        send(100, isOneWay: true)
        checker.checkAccounts(snapshot, at: 30)
        #expect(checker.violations.map(\.rule) == [.acceptedLost])
    }

    @Test("accepted and lost is excused if a process died since")
    mutating func excused() {
        send(100, isOneWay: true)
        checker.disturbance.started(ProcessID(1), at: 15)
        checker.disturbance.ended(ProcessID(1), isDeath: true, at: 25)
        checker.checkAccounts(snapshot, at: 30)
        #expect(checker.violations.isEmpty)
    }

    /// Seed 200022: the host died while a split kept those who had the change from saying so.
    @Test("a change that was acknowledged and does not show is excused if a death went unheard")
    mutating func updateLost() {
        checker.attributes.invoked(8, .init(name: name, key: "group"), value: nil, at: 20)
        checker.attributes.acknowledged(8, witnesses: [process], at: 21)
        let entry = ClusterSnapshot.Entry(
            name: name, host: process, workerID: 1, birth: 7,
            token: FencingToken(clock: 1, incarnation: 1, node: "a"), groups: ["group"], metadata: [:], isMoving: false)
        let node = ClusterSnapshot.Node(process: process, isReady: true, members: [], entries: [entry], workers: [])
        var other = checker
        checker.checkAttributes(ClusterSnapshot(nodes: [node], owners: [:]), at: 30)
        #expect(checker.violations.map(\.rule) == [.updateLost])
        other.disturbance.deathWentUnheard(at: 25)
        other.checkAttributes(ClusterSnapshot(nodes: [node], owners: [:]), at: 30)
        #expect(other.violations.isEmpty)
    }

    @Test("a state that has forgotten what its worker worked off")
    mutating func stateLost() {
        _ = checker.workers.processed(worker, 100, at: 21, checker.disturbance)
        checker.workers.stopped(worker, isMove: true, at: 22)
        worker = checker.workers.started(
            name, birth: 7, on: process, workerID: 2, token: FencingToken(clock: 2, incarnation: 1, node: "a"),
            inherits: nil, isPrepared: false, at: 23)
        checker.workers.began(worker, at: 24, checker.disturbance)
        checker.checkAccounts(snapshot, at: 30)
        #expect(checker.violations.map(\.rule) == [.stateLost])
    }

    @Test("replies that belong to nothing")
    mutating func replies() {
        checker.checkReply(to: 100, of: name, 101, count: 1, at: 20)
        checker.checkReply(to: 102, of: name, 102, count: 1, at: 20)
        _ = checker.workers.processed(worker, 103, at: 21, checker.disturbance)
        checker.checkReply(to: 103, of: name, 103, count: 5, at: 22)
        #expect(checker.violations.map(\.rule) == [.replyWrong, .replyWrong, .replyWrong])
        checker.checkReply(to: 103, of: name, 103, count: 1, at: 22)
        #expect(checker.violations.count == 3)
    }

    @Test("requests that are never, late or twice answered")
    mutating func requests() {
        var clients = ClientLedger(slack: 1_000)
        clients.invoked(1, .other, name, on: process, deadline: 5_000)
        clients.invoked(2, .other, name, on: process, deadline: 5_000)
        clients.invoked(3, .other, name, on: ProcessID(9), deadline: 5_000)
        clients.answered(1, isSuccess: true, at: 4_000)
        clients.answered(1, isSuccess: true, at: 4_001)
        #expect(clients.violations.map(\.rule) == [.answeredTwice])
        clients.finish(at: 10_000) { $0 == process }
        #expect(clients.violations.map(\.rule) == [.answeredTwice, .unanswered])
        clients.answered(2, isSuccess: false, at: 10_001)
        #expect(clients.violations.last?.rule == .unanswered)
    }
}
