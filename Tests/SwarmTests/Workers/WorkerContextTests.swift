import Logging
import SwarmCore
import Synchronization
import Testing

@testable import Swarm

/// What a worker knows of itself and may do.
@Suite(.timeLimit(.minutes(1))) struct WorkerContextTests {
    let context = Kept()

    /// A script that keeps the context.
    func script() -> Script {
        var script = Script()
        script.onInit = { [context] in context.value = $0 }
        return script
    }

    final class Kept: Sendable {
        private let state = Mutex<WorkerContext?>(nil)
        var value: WorkerContext? {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }

    @Test func followsTheRegistry() async throws {
        let bench = try Bench()
        try await bench.start(1, "a", script())
        let context = try #require(context.value)
        #expect(context.name == "a")
        #expect(context.node == "here")
        #expect(context.token == Bench.token())
        #expect(context.groups == ["g"])
        #expect(context.metadata == ["k": "v"])
        #expect(context.logger[metadataKey: LoggingKeys.name] == "a")
        bench.perform(.update(workerID: 1, Bench.claim("a", 1, token: Bench.token(7))))
        #expect(context.token == Bench.token(7))
        #expect(context.groups == ["g", "h"])
        #expect(context.metadata == ["k": "w"])
    }

    @Test func asksAboutItself() async throws {
        let bench = try Bench()
        try await bench.start(1, "a", script())
        let context = try #require(context.value)
        try await context.join("x.y")
        try await context.leave("x.y", timeout: .seconds(1))
        try await context.update(metadata: ["k": nil, "l": "m"])
        #expect(
            bench.services.asked.events == [
                .init(body: .join(name: "a", group: "x.y"), workerID: 1, timeout: .seconds(5)),
                .init(body: .leave(name: "a", group: "x.y"), workerID: 1, timeout: .seconds(1)),
                .init(body: .update(name: "a", metadata: ["k": nil, "l": "m"]), workerID: 1, timeout: .seconds(5)),
            ])
    }

    @Test func publishesAndCallsOthers() async throws {
        let bench = try Bench()
        try await bench.start(1, "a", script())
        try await bench.start(2, "b", Script())
        let context = try #require(context.value)
        try context.publish(Note("hello"), to: "g.h")
        #expect(bench.services.published.events == [["g.h", "\"hello\""]])
        await expect(code: .invalidArgument) { try context.publish(Note("hello"), to: "g.*") }
        #expect(try await context.worker("b", as: PlainWorker.self).call(Note("x")) == Note("x"))
    }

    @Test func timersComeThroughTheMailbox() async throws {
        let bench = try Bench()
        let script = script()
        try await bench.start(1, "a", script)
        let context = try #require(context.value)
        try context.sendAfter(.seconds(2), Note("once"))
        let ticks = try context.every(.seconds(1), Note("tick"))
        bench.clock.advance(by: .seconds(1))
        await script.log.wait(for: "< tick")
        bench.clock.advance(by: .seconds(1))
        await script.log.wait(for: "< once")
        await script.log.wait { $0.filter { $0 == "< tick" }.count == 2 ? () : nil }
        ticks.cancel()
        try context.sendAfter(.seconds(5), Note("end"))
        bench.clock.advance(by: .seconds(5))
        await script.log.wait(for: "< end")
        #expect(script.log.events.filter { $0 == "> tick" }.count == 2)
        #expect(script.log.events.filter { $0 == "> once" }.count == 1)
        #expect(bench.runtime.timers.count == 0)
    }

    @Test func aTimerCanBeStartedInInit() async throws {
        let bench = try Bench()
        var script = Script()
        script.onInit = { try $0.sendAfter(.seconds(1), Note("hello")) }
        try await bench.start(1, "a", script)
        bench.clock.advance(by: .seconds(1))
        await script.log.wait(for: "< hello")
    }

    @Test func ticksDoNotPileUp() async throws {
        let bench = try Bench()
        let latch = Latch()
        var script = script()
        script.onReceive = blocking(on: latch).onReceive
        try await bench.start(1, "a", script)
        let context = try #require(context.value)
        try context.every(.seconds(1), Note("tick"))
        async let first = bench.reference("a").call(Note("first"), timeout: .seconds(1_000))
        await script.log.wait(for: "> first")
        for second in 1...10 {
            // Each of these is one more beat of the timer, seen by a later timer of the queue.
            let seen = Latch()
            bench.runtime.timers.schedule(at: .seconds(second) + .milliseconds(1)) { seen.open() }
            bench.clock.advance(by: .seconds(1) + .milliseconds(second == 1 ? 1 : 0))
            await seen.wait()
        }
        #expect(bench.runtime.cell(1)?.waiting == 1)
        latch.open()
        _ = try await first
        await script.log.wait(for: "< tick")
        #expect(script.log.events.filter { $0 == "> tick" }.count == 1)
    }

    @Test func aCancelledTimersMessageIsNotHandled() async throws {
        let bench = try Bench()
        let latch = Latch()
        var script = script()
        script.onReceive = blocking(on: latch).onReceive
        try await bench.start(1, "a", script)
        let context = try #require(context.value)
        let timer = try context.sendAfter(.seconds(1), Note("once"))
        async let first = bench.reference("a").call(Note("first"), timeout: .seconds(1_000))
        await script.log.wait(for: "> first")
        bench.clock.advance(by: .seconds(1))
        await waiting(1, bench, 1)
        timer.cancel()
        latch.open()
        _ = try await first
        _ = try await bench.reference("a").call(Note("end"))
        #expect(!script.log.events.contains("> once"))
    }

    @Test func timersEndWithTheWorker() async throws {
        let bench = try Bench()
        let script = script()
        try await bench.start(1, "a", script)
        let context = try #require(context.value)
        try context.every(.seconds(1), Note("tick"))
        try context.sendAfter(.seconds(1), Note("once"))
        bench.perform(.stop(workerID: 1, .unregistered, collectsHeld: true))
        _ = await bench.held(1)
        #expect(bench.runtime.timers.count == 0)
        await expect(code: .stopped) { try context.every(.seconds(1), Note("tick")) }
        bench.clock.advance(by: .seconds(10))
        #expect(script.log.events == ["init", "stop unregistered"])
    }

    /// What a one-shot timer has put into the mailbox is a message like any other; beats are made anew.
    @Test func inAMoveOneShotMessagesGoAlongAndBeatsDoNot() async throws {
        let bench = try Bench()
        try await bench.start(1, "a", script())
        let context = try #require(context.value)
        try context.every(.seconds(1), Note("tick"))
        try context.sendAfter(.seconds(1), Note("once"))
        try context.sendAfter(.seconds(9), Note("later"))
        bench.perform(.beginHandoff(workerID: 1, attempt: 1))
        _ = await bench.choice(1, 1)
        bench.clock.advance(by: .seconds(1))
        await waiting(2, bench, 1)
        bench.perform(.stop(workerID: 1, .moved, collectsHeld: true))
        #expect(await bench.held(1) == [HeldMessage(request: nil, payload: Bench.json("once"), oneWay: true)])
    }

    @Test func timersAreLimited() async throws {
        let bench = try Bench { $0.timerLimit = 2 }
        try await bench.start(1, "a", script())
        let context = try #require(context.value)
        try context.sendAfter(.seconds(1), Note("1"))
        let second = try context.every(.seconds(1), Note("2"))
        await expect(code: .overloaded) { try context.sendAfter(.seconds(1), Note("3")) }
        second.cancel()
        try context.sendAfter(.seconds(1), Note("3"))
        await expect(code: .invalidArgument) { try context.sendAfter(.seconds(1), 5) }
        await expect(code: .invalidArgument) { try context.sendAfter(.seconds(-1), Note("4")) }
        await expect(code: .invalidArgument) { try context.every(.zero, Note("5")) }
    }

    @Test func standaloneItKnowsItsNameAndNothingElse() async throws {
        let context = WorkerContext.standalone(name: "a")
        #expect(context.name == "a")
        context.stop()
        await expect(code: .notRunning) { try await context.join("g") }
        await expect(code: .notRunning) { try context.sendAfter(.zero, Note("x")) }
        await expect(code: .notRunning) { try context.publish(Note("x"), to: "g") }
    }

    @Test func itKeepsNothingAlive() async throws {
        weak var runtime: WorkerRuntime?
        do {
            let bench = try Bench()
            runtime = bench.runtime
            try await bench.start(1, "a", script())
            await bench.runtime.shutdown()
        }
        // Tasks that have just ended may still hold it for a moment.
        while runtime != nil { await Task.yield() }
        await expect(code: .notRunning) { try await context.value?.join("g") }
    }
}

/// Workers that the application made itself.
@Suite(.timeLimit(.minutes(1))) struct WorkerAdoptionTests {
    @Test func isCalledLikeAnyOther() async throws {
        let bench = try Bench()
        let script = Script()
        let worker = try PlainWorker(.standalone(name: "printer"), script: script)
        let id = try bench.runtime.adopt(worker, name: "printer")
        #expect(id >= WorkerRuntime.firstAdoptedID)
        bench.services.show(Bench.claim("printer", id))
        #expect(try await bench.reference("printer").call(.unencodable) == .unencodable)
        bench.deliver("x", to: id, request: 1)
        #expect(await bench.answer(1).isSuccess)
        let other = try bench.runtime.adopt(worker, name: "other")
        #expect(other != id)
        bench.perform(.stop(workerID: id, .unregistered, collectsHeld: false))
        await script.log.wait(for: "stop unregistered")
    }

    @Test func cannotBeRestarted() async throws {
        let bench = try Bench()
        var script = Script()
        script.onReceive = { _ in throw Refusal() }
        let worker = try ScriptedWorker<Permanent>(.standalone(name: "a"), script: script)
        let id = try bench.runtime.adopt(worker, name: "a")
        bench.deliver("x", to: id)
        #expect(await bench.end(id) == .init(failure: "Refusal: no thanks", restart: false, backoff: 0))
    }

    @Test func disownedItIsForgottenAndNotStopped() async throws {
        let bench = try Bench()
        let script = Script()
        let id = try bench.runtime.adopt(PlainWorker(.standalone(name: "a"), script: script), name: "a")
        bench.runtime.disown(workerID: id)
        #expect(bench.runtime.count == 0)
        bench.deliver("x", to: id, request: 1)
        #expect(await bench.answer(1).failureCode == .stopped)
        #expect(script.log.events == ["init"])
    }
}
