import SwarmCore
import Testing

@testable import Swarm

/// Hold, resume, collect and merge.
@Suite(.timeLimit(.minutes(1))) struct WorkerHandoffTests {
    @Test func messagesAreHeldAndGoAlong() async throws {
        let bench = try Bench()
        let script = Script()
        try await bench.start(1, "a", script)
        bench.perform(.beginHandoff(workerID: 1, attempt: 4))
        guard case .resume(let state) = await bench.choice(1, 4) else {
            Issue.record("no state")
            return
        }
        #expect(state == Bench.json("state"))
        bench.deliver("remote", to: 1, request: 1)
        bench.deliver("group", to: 1, oneWay: true)
        bench.deliver("one-way", to: 1, request: 2, oneWay: true)
        let ref = bench.reference("a")
        try await ref.send(Note("sent"))
        bench.services.answer { body in
            guard case .deliver("a", let payload, false) = body else { throw CancellationError() }
            return .payload(payload)
        }
        async let local = ref.call(Note("called"), timeout: .seconds(9))
        await waiting(5, bench, 1)
        await timers(2, bench)
        #expect(bench.services.asked.events.isEmpty)
        bench.clock.advance(by: .seconds(4))
        bench.perform(.stop(workerID: 1, .moved, collectsHeld: true))
        #expect(
            await bench.held(1) == [
                HeldMessage(request: Bench.request(1), payload: Bench.json("remote"), oneWay: false),
                HeldMessage(request: nil, payload: Bench.json("group"), oneWay: true),
                HeldMessage(request: nil, payload: Bench.json("one-way"), oneWay: true),
                HeldMessage(request: nil, payload: Bench.json("sent"), oneWay: true),
            ])
        // Who waited here asks there, with the time that is left.
        #expect(try await local == Note("called"))
        #expect(bench.services.asked.events.map(\.timeout) == [.seconds(5)])
        // The one-way message was answered at the door, once.
        #expect(await bench.answer(2) == .success([]))
        #expect(script.log.events == ["init", "beginHandoff", "stop moved"])
        #expect(bench.runtime.count == 0)
    }

    @Test func resumedItWorksOffWhatWasHeld() async throws {
        let bench = try Bench()
        let script = Script()
        try await bench.start(1, "a", script)
        bench.perform(.beginHandoff(workerID: 1, attempt: 4))
        _ = await bench.choice(1, 4)
        bench.deliver("one", to: 1, request: 1)
        async let local = bench.reference("a").call(Note("two"))
        await waiting(2, bench, 1)
        #expect(script.log.events == ["init", "beginHandoff"])
        bench.perform(.resume(workerID: 1))
        #expect(await bench.answer(1) == .success(Bench.json("one")))
        #expect(try await local == Note("two"))
    }

    @Test func theMessageInHandEndsFirst() async throws {
        let bench = try Bench()
        let latch = Latch()
        let script = blocking(on: latch)
        try await bench.start(1, "a", script)
        async let first = bench.reference("a").call(Note("first"))
        await script.log.wait(for: "> first")
        bench.perform(.beginHandoff(workerID: 1, attempt: 1))
        #expect(!script.log.events.contains("beginHandoff"))
        latch.open()
        _ = await bench.choice(1, 1)
        _ = try await first
        #expect(script.log.events == ["init", "> first", "< first", "beginHandoff"])
    }

    @Test func whoDoesNotLetGoIsBusyAndGoesOn() async throws {
        let bench = try Bench { $0.handoffPatience = .seconds(3) }
        let latch = Latch()
        let script = blocking(on: latch)
        try await bench.start(1, "a", script)
        let ref = bench.reference("a")
        async let first = ref.call(Note("first"), timeout: .seconds(100))
        await script.log.wait(for: "> first")
        bench.perform(.beginHandoff(workerID: 1, attempt: 1))
        bench.clock.advance(by: .seconds(3))
        guard case .busy = await bench.choice(1, 1) else {
            Issue.record("not busy")
            return
        }
        latch.open()
        _ = try await first
        #expect(try await ref.call(Note("second")) == Note("second"))
        #expect(!script.log.events.contains("beginHandoff"))
    }

    @Test func aHookThatDoesNotReturnGivesTheMoveUp() async throws {
        let bench = try Bench { $0.handoffPatience = .seconds(3) }
        let latch = Latch()
        var script = Script()
        script.onBeginHandoff = {
            await latch.wait()
            return .restart
        }
        try await bench.start(1, "a", script)
        bench.perform(.beginHandoff(workerID: 1, attempt: 1))
        await script.log.wait(for: "beginHandoff")
        bench.clock.advance(by: .seconds(3))
        guard case .failed = await bench.choice(1, 1) else {
            Issue.record("not failed")
            return
        }
        async let call = bench.reference("a").call(Note("x"))
        latch.open()
        #expect(try await call == Note("x"))
        #expect(bench.signals.events.filter { if case .handoffBegun = $0 { true } else { false } }.count == 1)
    }

    @Test func aThrowingHookGivesTheMoveUp() async throws {
        let bench = try Bench()
        var script = Script()
        script.onBeginHandoff = { throw Refusal() }
        try await bench.start(1, "a", script)
        bench.perform(.beginHandoff(workerID: 1, attempt: 1))
        guard case .failed(let reason) = await bench.choice(1, 1) else {
            Issue.record("not failed")
            return
        }
        #expect(reason.contains("no thanks"))
        #expect(try await bench.reference("a").call(Note("x")) == Note("x"))
    }

    @Test(arguments: [Handoff<Note>.restart, .ignore])
    func whateverItChoosesTheTrackerDecides(handoff: Handoff<Note>) async throws {
        let bench = try Bench()
        var script = Script()
        script.onBeginHandoff = { handoff }
        try await bench.start(1, "a", script)
        bench.perform(.beginHandoff(workerID: 1, attempt: 1))
        switch (handoff, await bench.choice(1, 1)) {
        case (.restart, .restart), (.ignore, .ignore): break
        default: Issue.record("another choice")
        }
        async let call = bench.reference("a").call(Note("x"))
        await waiting(1, bench, 1)
        #expect(script.log.events == ["init", "beginHandoff"])
        bench.perform(.resume(workerID: 1))
        #expect(try await call == Note("x"))
    }

    @Test func aStateThatIsTooLargeDoesNotMove() async throws {
        let bench = try Bench { $0.stateLimit = 100 }
        var script = Script()
        script.onBeginHandoff = { .resume(Note(String(repeating: "x", count: 100))) }
        try await bench.start(1, "a", script)
        bench.perform(.beginHandoff(workerID: 1, attempt: 1))
        guard case .failed(let reason) = await bench.choice(1, 1) else {
            Issue.record("not failed")
            return
        }
        #expect(reason.contains("102 bytes"))
    }

    @Test func theWinnerOfAConflictTakesTheOthersState() async throws {
        let bench = try Bench()
        let latch = Latch()
        let script = blocking(on: latch)
        try await bench.start(1, "a", script)
        async let first = bench.reference("a").call(Note("first"))
        await script.log.wait(for: "> first")
        bench.perform(.merge(workerID: 1, attempt: 3, state: .bytes(Bench.json("theirs"))))
        latch.open()
        #expect(await bench.merged(1, 3).isSuccess)
        _ = try await first
        #expect(script.log.events == ["init", "> first", "< first", "resolveConflict theirs"])
        bench.perform(.merge(workerID: 1, attempt: 4, state: .none))
        #expect(await bench.merged(1, 4).isSuccess)
        #expect(script.log.events.count == 4)
    }

    @Test func aThrowingMergeIsToldAndTheWorkerGoesOn() async throws {
        let bench = try Bench()
        var script = Script()
        script.onResolveConflict = { _ in throw Refusal() }
        try await bench.start(1, "a", script)
        bench.perform(.merge(workerID: 1, attempt: 3, state: .bytes(Bench.json("theirs"))))
        #expect(await bench.merged(1, 3).failureCode == .workerFailed)
        bench.perform(.merge(workerID: 1, attempt: 4, state: .bytes(Array("{".utf8))))
        #expect(await bench.merged(1, 4).failureCode == .decodingFailed)
        #expect(try await bench.reference("a").call(Note("x")) == Note("x"))
    }

    @Test func theLoserBringsItsStateAndItsMessages() async throws {
        let bench = try Bench()
        let script = Script()
        try await bench.start(1, "a", script)
        bench.perform(.beginHandoff(workerID: 1, attempt: 1))
        _ = await bench.choice(1, 1)
        bench.deliver("x", to: 1, request: 1)
        bench.perform(.stop(workerID: 1, .conflict, collectsHeld: true))
        #expect(await bench.held(1).map(\.request) == [Bench.request(1)])
        #expect(script.log.events.last == "stop conflict")
    }

    @Test func noExchangeStaysOpenForAWorkerThatIsNotThere() async throws {
        let bench = try Bench()
        bench.perform(.beginHandoff(workerID: 7, attempt: 1))
        guard case .failed = await bench.choice(7, 1) else {
            Issue.record("not failed")
            return
        }
        bench.perform(.merge(workerID: 7, attempt: 1, state: .none))
        #expect(await bench.merged(7, 1).failureCode == .stopped)
        bench.perform(.stop(workerID: 7, .moved, collectsHeld: true))
        #expect(await bench.held(7) == [])
        bench.deliver("x", to: 7, request: 1)
        #expect(await bench.answer(1).failureCode == .stopped)
        bench.perform(.resume(workerID: 7))
        bench.perform(.update(workerID: 7, Bench.claim("a", 7)))
    }
}
