import SwarmCheckers
import Testing

/// What workers must never be seen to do is found when they do it.
@Suite("Worker ledger")
struct WorkerLedgerTests {
    private let name = NameID(0)
    private let first = ProcessID(0)
    private let second = ProcessID(1)
    private var ledger = WorkerLedger(hasQuorum: false)
    private var disturbance = DisturbanceMonitor()

    init() {
        for process in [first, second] {
            disturbance.started(process, at: 0)
            disturbance.becameReady(process, at: 0)
        }
        disturbance.counted(first, by: second, true, at: 0)
        disturbance.counted(second, by: first, true, at: 0)
    }

    private var rules: [Violation.Rule] { ledger.violations.map(\.rule) }

    private func token(_ clock: UInt64) -> FencingToken { FencingToken(clock: clock, incarnation: 1, node: "a") }

    private mutating func start(
        on process: ProcessID, id: UInt64, clock: UInt64, birth: BirthID = 7, at time: UInt64 = 30_000_000
    )
        -> WorkerSerial
    {
        let serial = ledger.started(
            name, birth: birth, on: process, workerID: id, token: token(clock), inherits: nil, isPrepared: false,
            at: time)
        ledger.began(serial, at: time, disturbance)
        return serial
    }

    private mutating func prepare(on process: ProcessID, id: UInt64, clock: UInt64, state: CounterState) -> WorkerSerial
    {
        ledger.started(
            name, birth: 7, on: process, workerID: id, token: token(clock), inherits: state, isPrepared: true,
            at: 40_000_000)
    }

    /// The state that a worker hands over.
    private mutating func export(_ serial: WorkerSerial, at time: UInt64 = 30_500_000) -> CounterState {
        ledger.held(serial)
        var state = ledger[serial].state
        state.producer = serial
        ledger.exported(serial, state, at: time)
        return state
    }

    @Test("a planned move passes")
    mutating func plannedMove() {
        let old = start(on: first, id: 1, clock: 10)
        #expect(ledger.processed(old, 100, at: 31_000_000, disturbance) == 1)
        let state = export(old)
        let new = prepare(on: second, id: 1, clock: 11, state: state)
        ledger.stopped(old, isMove: true, at: 41_000_000)
        ledger.activated(new, token: token(11), at: 42_000_000, disturbance)
        #expect(ledger.processed(new, 101, at: 43_000_000, disturbance) == 2)
        #expect(rules.isEmpty)
    }

    @Test("two workers on one node")
    mutating func twoOnOneNode() {
        _ = start(on: first, id: 1, clock: 10)
        _ = start(on: first, id: 2, clock: 11)
        #expect(rules == [.twoOnOneNode])
    }

    @Test("two workers of one registration without a split; with one they are excused")
    mutating func twoInCluster() {
        _ = start(on: first, id: 1, clock: 10)
        var other = start(on: second, id: 1, clock: 11)
        _ = ledger.processed(other, 100, at: 31_000_000, disturbance)
        #expect(rules == [.twoInCluster])
        ledger = WorkerLedger(hasQuorum: false)
        disturbance.counted(second, by: first, false, at: 29_000_000)
        _ = start(on: first, id: 1, clock: 10)
        other = start(on: second, id: 1, clock: 11)
        _ = ledger.processed(other, 100, at: 31_000_000, disturbance)
        #expect(rules.isEmpty)
    }

    /// Seed 125066: a quorum's lease had ended in the middle of a message.
    @Test("one that was told to stop ends its message beside the next one; one that was not may not")
    mutating func lastMessage() {
        let old = start(on: first, id: 1, clock: 10)
        let new = start(on: second, id: 1, clock: 11)
        ledger.stopping(old)
        _ = ledger.processed(new, 100, at: 31_000_000, disturbance)
        _ = ledger.processed(old, 101, at: 31_500_000, disturbance)
        #expect(rules.isEmpty)
        let next = start(on: first, id: 2, clock: 12, at: 32_000_000)
        _ = ledger.processed(next, 102, at: 33_000_000, disturbance)
        #expect(rules == [.twoInCluster])
    }

    @Test("a token that does not grow")
    mutating func tokens() {
        let old = start(on: first, id: 1, clock: 10)
        _ = ledger.processed(old, 100, at: 30_500_000, disturbance)
        ledger.stopped(old, isMove: false, at: 31_000_000)
        _ = start(on: first, id: 2, clock: 10)
        #expect(rules == [.tokenNotGrown])
    }

    @Test("a token below one that the node has shown")
    mutating func seenTokens() {
        ledger.saw(token(50), of: name, on: first)
        _ = start(on: first, id: 1, clock: 40)
        #expect(rules == [.tokenNotGrown])
    }

    @Test("a successor's token is compared with the one that its source had when it gave the state away")
    mutating func tokenOfTheSource() {
        let old = start(on: first, id: 1, clock: 10)
        let state = export(old)
        // The node that is to take it over stalls: the host goes on by itself, with a higher token, and that is no error.
        ledger.resumed(old, at: 31_000_000, disturbance)
        ledger.tokenChanged(old, to: token(20), at: 31_000_000)
        ledger.stopped(old, isMove: false, at: 32_000_000)
        let late = prepare(on: second, id: 1, clock: 11, state: state)
        ledger.activated(late, token: token(11), at: 42_000_000, disturbance)
        #expect(rules.isEmpty)
        ledger.stopped(late, isMove: false, at: 42_500_000)
        let next = start(on: first, id: 2, clock: 30)
        let given = export(next)
        ledger.stopped(next, isMove: true, at: 43_000_000)
        let lower = prepare(on: second, id: 2, clock: 29, state: given)
        ledger.activated(lower, token: token(29), at: 44_000_000, disturbance)
        #expect(rules == [.tokenNotGrown])
    }

    @Test("messages worked off while held, and after the stop")
    mutating func outOfTurn() {
        let worker = start(on: first, id: 1, clock: 10)
        ledger.held(worker)
        _ = ledger.processed(worker, 100, at: 31_000_000, disturbance)
        ledger.stopped(worker, isMove: true, at: 32_000_000)
        _ = ledger.processed(worker, 101, at: 33_000_000, disturbance)
        #expect(rules == [.processedOutOfTurn, .processedOutOfTurn])
    }

    @Test("a message worked off twice along one line of states")
    mutating func twice() {
        let old = start(on: first, id: 1, clock: 10)
        _ = ledger.processed(old, 100, at: 31_000_000, disturbance)
        let state = export(old)
        let new = prepare(on: second, id: 1, clock: 11, state: state)
        ledger.stopped(old, isMove: true, at: 41_000_000)
        ledger.activated(new, token: token(11), at: 42_000_000, disturbance)
        _ = ledger.processed(new, 100, at: 43_000_000, disturbance)
        #expect(rules == [.processedTwice])
    }

    @Test("a successor that begins before its source has stopped")
    mutating func sourceNotStopped() {
        let old = start(on: first, id: 1, clock: 10)
        let state = export(old)
        let new = prepare(on: second, id: 1, clock: 11, state: state)
        ledger.activated(new, token: token(11), at: 42_000_000, disturbance)
        #expect(rules == [.sourceNotStopped])
    }

    @Test("a state that misses a message")
    mutating func inexact() {
        let old = start(on: first, id: 1, clock: 10)
        let state = export(old)
        ledger.resumed(old, at: 31_000_000, disturbance)
        _ = ledger.processed(old, 100, at: 31_500_000, disturbance)
        ledger.stopped(old, isMove: true, at: 32_000_000)
        let new = prepare(on: second, id: 1, clock: 11, state: state)
        ledger.activated(new, token: token(11), at: 42_000_000, disturbance)
        #expect(rules == [.stateInexact])
    }

    @Test("one state in two workers")
    mutating func stateTwice() {
        let old = start(on: first, id: 1, clock: 10)
        let state = export(old)
        ledger.stopped(old, isMove: true, at: 32_000_000)
        let one = prepare(on: second, id: 1, clock: 11, state: state)
        ledger.activated(one, token: token(11), at: 42_000_000, disturbance)
        ledger.stopped(one, isMove: true, at: 43_000_000)
        let two = prepare(on: first, id: 2, clock: 12, state: state)
        ledger.activated(two, token: token(12), at: 44_000_000, disturbance)
        #expect(rules == [.stateTwice])
    }

    @Test("the loser of a conflict stops when the winner has its state, all of it")
    mutating func conceded() {
        let winner = start(on: first, id: 1, clock: 12)
        disturbance.counted(second, by: first, false, at: 29_000_000)
        let loser = start(on: second, id: 1, clock: 11)
        _ = ledger.processed(loser, 100, at: 31_000_000, disturbance)
        ledger.merged(winner, export(loser), at: 32_000_000, disturbance)
        ledger.conceded(loser, at: 33_000_000)
        #expect(rules.isEmpty)
        ledger.resumed(loser, at: 34_000_000, disturbance)
        _ = ledger.processed(loser, 101, at: 35_000_000, disturbance)
        ledger.conceded(loser, at: 36_000_000)
        #expect(rules == [.stateLost])
    }

    @Test("the loser of a conflict stops without its state being asked for")
    mutating func notMerged() {
        let loser = start(on: second, id: 1, clock: 11)
        ledger.conceded(loser, at: 33_000_000)
        #expect(rules == [.stateLost])
    }

    @Test("one state taken in twice")
    mutating func mergedTwice() {
        disturbance.counted(second, by: first, false, at: 29_000_000)
        let winner = start(on: first, id: 1, clock: 12)
        let loser = start(on: second, id: 1, clock: 11)
        disturbance.counted(second, by: first, true, at: 31_000_000)
        let state = export(loser, at: 31_500_000)
        ledger.merged(winner, state, at: 32_000_000, disturbance)
        ledger.merged(winner, state, at: 33_000_000, disturbance)
        #expect(rules == [.stateTwice])
    }

    @Test("a state that was given before the two were parted comes again: the loser has not heard that it was taken in")
    mutating func mergedTwiceParted() {
        disturbance.counted(second, by: first, false, at: 29_000_000)
        let winner = start(on: first, id: 1, clock: 12)
        let loser = start(on: second, id: 1, clock: 11)
        let state = export(loser, at: 30_500_000)
        disturbance.counted(second, by: first, true, at: 31_000_000)
        ledger.merged(winner, state, at: 32_000_000, disturbance)
        ledger.merged(winner, state, at: 33_000_000, disturbance)
        #expect(rules.isEmpty)
    }

    @Test("with a quorum, work after another node has begun")
    mutating func quorumOverlap() {
        ledger = WorkerLedger(hasQuorum: true)
        disturbance.counted(second, by: first, false, at: 29_000_000)
        let old = start(on: first, id: 1, clock: 10)
        _ = ledger.processed(old, 100, at: 31_000_000, disturbance)
        let new = start(on: second, id: 1, clock: 11, at: 32_000_000)
        _ = ledger.processed(new, 101, at: 33_000_000, disturbance)
        #expect(rules.isEmpty)
        _ = ledger.processed(old, 102, at: 34_000_000, disturbance)
        #expect(rules == [.quorumOverlap])
    }
}
