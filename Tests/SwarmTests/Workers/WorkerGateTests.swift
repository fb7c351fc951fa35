import SwarmCore
import Testing

@testable import Swarm

/// The decisions of the gate without tasks or threads.
@Suite struct WorkerGateTests {
    /// In a class, as `#expect` does not change values.
    final class Subject {
        var gate: WorkerGate

        init(_ gate: WorkerGate) { self.gate = gate }

        func change<Result>(_ body: (inout WorkerGate) -> Result) -> Result { body(&gate) }

        /// The number of the next message, or nil.
        func message(_ turn: UInt64) -> UInt64? {
            if case .message(.encoded(_, let request, _), _) = gate.next(turn: turn) { request?.number } else { nil }
        }
    }

    func running() throws -> Subject {
        let worker = try PlainWorker(.standalone(name: "a"), script: Script())
        return Subject(WorkerGate(running: TypedBody(worker), limit: 2))
    }

    func letter(_ number: UInt64) -> Letter {
        .encoded([], request: Bench.request(number), oneWay: false)
    }

    func requests(_ remains: WorkerGate.Remains?) -> [UInt64] {
        guard let letters = remains?.letters else { return [] }
        return letters.compactMap { if case .encoded(_, let request, _) = $0 { request?.number } else { nil } }
    }

    @Test func oneAtATimeInOrder() throws {
        let it = try running()
        guard case .queued = it.gate.admit(letter(1)), case .queued = it.gate.admit(letter(2)) else {
            Issue.record("not queued")
            return
        }
        let turn = try #require(it.change { $0.enter() })
        #expect(it.change { $0.enter() } == nil)
        #expect(it.message(turn) == 1)
        #expect(it.message(turn) == 2)
        #expect(it.message(turn) == nil)
        #expect(!it.gate.isBusy)
        #expect(it.change { $0.enter() } == nil)
    }

    @Test func onlyAnIdleWorkerIsCalledDirectly() throws {
        let it = try running()
        guard case .now(_, let turn) = it.gate.admit(letter(1), canHandleNow: true) else {
            Issue.record("idle, and not now")
            return
        }
        guard case .queued = it.gate.admit(letter(2), canHandleNow: true) else {
            Issue.record("busy, and not queued")
            return
        }
        it.gate.leave(turn: turn)
        // Somebody waits: who comes now comes after.
        guard case .queued = it.gate.admit(letter(3), canHandleNow: true) else {
            Issue.record("overtaken")
            return
        }
        let next = try #require(it.change { $0.enter() })
        #expect(it.message(next) == 2)
        #expect(it.message(next) == 3)
    }

    @Test func overflows() throws {
        let it = try running()
        _ = it.gate.admit(letter(1))
        _ = it.gate.admit(letter(2))
        guard case .full = it.gate.admit(letter(3)) else {
            Issue.record("not full")
            return
        }
    }

    @Test func abandonedLettersMakeRoom() throws {
        let it = try running()
        let slot = ReplySlot()
        _ = it.gate.admit(.local(TypedLetter<PlainWorker>(Note("x"), slot: slot)))
        _ = it.gate.admit(letter(2))
        slot.settle(.failure(CancellationError()))
        it.gate.noteAbandoned()
        guard case .queued = it.gate.admit(letter(3)) else {
            Issue.record("no room")
            return
        }
        let turn = try #require(it.change { $0.enter() })
        #expect(it.message(turn) == 2)
    }

    @Test func heldMessagesComeFirst() {
        let it = Subject(WorkerGate(order: Bench.order(1, "a", Script()), state: HandedState.none, limit: 1))
        guard let turn = it.gate.enter(), case .control(.start, _) = it.gate.next(turn: turn) else {
            Issue.record("no start")
            return
        }
        _ = it.gate.admit(letter(9))
        let body = try? TypedBody(PlainWorker(.standalone(name: "a"), script: Script()))
        guard let body else { return }
        #expect(it.change { $0.started(body) })
        #expect(it.gate.phase == .held)
        #expect(it.message(turn) == nil)
        // More than the mailbox takes: they were accepted elsewhere.
        #expect(it.change { $0.activate(held: [letter(1), letter(2), letter(3)]) })
        #expect(!it.change { $0.activate(held: [letter(1)]) })
        guard let turn = it.gate.enter() else {
            Issue.record("no work")
            return
        }
        #expect((0..<5).map { _ in it.message(turn) } == [1, 2, 3, 9, nil])
    }

    @Test func handoffHoldsMessagesUntilItIsOff() throws {
        let it = try running()
        #expect(it.change { $0.beginHandoff(attempt: 7) } == nil)
        _ = it.gate.admit(letter(1))
        let turn = try #require(it.change { $0.enter() })
        guard case .control(.beginHandoff(7), _) = it.gate.next(turn: turn) else {
            Issue.record("not asked")
            return
        }
        #expect(it.change { $0.handoffBegun(attempt: 7, .restart) })
        #expect(it.message(turn) == nil)
        #expect(it.change { $0.enter() } == nil)
        it.gate.resume()
        let next = try #require(it.change { $0.enter() })
        #expect(it.message(next) == 1)
    }

    @Test func aWorkerThatFailsToMoveGoesOnByItself() throws {
        let it = try running()
        _ = it.gate.beginHandoff(attempt: 1)
        _ = it.gate.admit(letter(1))
        let turn = try #require(it.change { $0.enter() })
        _ = it.gate.next(turn: turn)
        #expect(it.change { $0.handoffBegun(attempt: 1, .failed("x")) })
        #expect(it.message(turn) == 1)
    }

    @Test func patienceEndsOnlyWhatIsStillUnderWay() throws {
        let it = try running()
        _ = it.gate.admit(letter(1), canHandleNow: true)
        _ = it.gate.beginHandoff(attempt: 1)
        guard case .busy = it.gate.handoffOverdue(attempt: 1) else {
            Issue.record("not busy")
            return
        }
        #expect(it.gate.phase == .running)
        #expect(it.change { $0.handoffOverdue(attempt: 1) } == nil)

        let asked = try running()
        _ = asked.gate.beginHandoff(attempt: 1)
        let turn = try #require(asked.change { $0.enter() })
        _ = asked.gate.next(turn: turn)
        #expect(asked.change { $0.handoffBegun(attempt: 1, .restart) })
        #expect(asked.change { $0.handoffOverdue(attempt: 1) } == nil, "the tracker decides now")
        #expect(asked.gate.phase == .holding)
    }

    @Test func anAnswerToAnOldAttemptIsNone() throws {
        let it = try running()
        _ = it.gate.beginHandoff(attempt: 1)
        let turn = try #require(it.change { $0.enter() })
        _ = it.gate.next(turn: turn)
        it.gate.resume()
        _ = it.gate.beginHandoff(attempt: 2)
        #expect(!it.change { $0.handoffBegun(attempt: 1, .restart) })
        guard case .control(.beginHandoff(2), _) = it.gate.next(turn: turn) else {
            Issue.record("the new attempt is lost")
            return
        }
    }

    @Test func aStopKeepsWhatIsCollected() throws {
        let it = try running()
        _ = it.gate.admit(letter(1))
        let closing = WorkerGate.Closing(reason: .moved, failure: nil, isOrdered: true, collectsHeld: true)
        #expect(requests(it.change { $0.close(closing) }) == [])
        guard case .queued = it.gate.admit(letter(2)) else {
            Issue.record("refused while it is collected")
            return
        }
        let turn = try #require(it.change { $0.enter() })
        guard case .control(.stop, _) = it.gate.next(turn: turn) else {
            Issue.record("no stop")
            return
        }
        #expect(requests(it.change { $0.finish() }) == [1, 2])
        #expect(it.change { $0.finish() } == nil)
        guard case .gone = it.gate.admit(letter(3)) else {
            Issue.record("a stopped worker takes messages")
            return
        }
    }

    @Test func aHolderThatWasGivenUpHasNoSay() throws {
        let it = try running()
        guard case .now(_, let turn) = it.gate.admit(letter(1), canHandleNow: true) else { return }
        _ = it.gate.close(WorkerGate.Closing(reason: .shutdown, failure: nil, isOrdered: true, collectsHeld: false))
        _ = it.gate.finish()
        it.gate.leave(turn: turn)
        guard case .none = it.gate.next(turn: turn) else {
            Issue.record("works on")
            return
        }
        #expect(it.change { $0.enter() } == nil)
    }

    @Test func aStartThatHasNotBegunNeverDoes() {
        let it = Subject(WorkerGate(order: Bench.order(1, "a", Script()), state: nil, limit: 1))
        _ = it.gate.close(WorkerGate.Closing(reason: .moved, failure: nil, isOrdered: true, collectsHeld: false))
        guard let turn = it.gate.enter(), case .control(.stop, nil) = it.gate.next(turn: turn) else {
            Issue.record("started")
            return
        }
    }
}
