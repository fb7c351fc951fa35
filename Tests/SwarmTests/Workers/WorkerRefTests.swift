import SwarmCore
import Synchronization
import Testing

@testable import Swarm

/// Calls and sends: one at a time, in order, directly where the worker is here.
@Suite(.timeLimit(.minutes(1))) struct WorkerRefTests {
    @Test func aLocalCallEncodesNothing() async throws {
        let bench = try Bench()
        try await bench.start(1, "a", Script())
        #expect(try await bench.reference("a").call(.unencodable) == .unencodable)
        try await bench.reference("a").send(.unencodable)
        #expect(bench.services.asked.events.isEmpty)
    }

    @Test func oneMessageAtATimeAcrossSuspension() async throws {
        let bench = try Bench()
        let latch = Latch()
        var script = Script()
        script.onReceive = { text in
            if text == "first" { await latch.wait() }
            return text
        }
        try await bench.start(1, "a", script)
        let log = script.log
        let ref = bench.reference("a")
        async let first = ref.call(Note("first"))
        await log.wait(for: "> first")
        async let second = ref.call(Note("second"))
        await waiting(1, bench, 1)
        latch.open()
        #expect(try await [first, second] == [Note("first"), Note("second")])
        #expect(log.events == ["init", "> first", "< first", "> second", "< second"])
    }

    @Test func messagesOfOneSenderStayInOrder() async throws {
        let bench = try Bench()
        let seen = Mutex<[Int]>([])
        var script = Script()
        script.onReceive = { text in
            await Task.yield()
            seen.withLock { $0.append(Int(text) ?? -1) }
            return text
        }
        try await bench.start(1, "a", script, kind: "roomy")
        let ref = WorkerRef<ScriptedWorker<Roomy>>(name: "a", services: bench.services)
        for number in 0..<1_000 {
            if number.isMultiple(of: 10) {
                _ = try await ref.call(Note("\(number)"))
            } else {
                try await ref.send(Note("\(number)"))
            }
        }
        _ = try await ref.call(Note("1000"))
        #expect(seen.withLock { $0 } == Array(0...1_000))
    }

    @Test func ahundredConcurrentCallersGetTheirOwnAnswers() async throws {
        let bench = try Bench()
        let inside = Atomic<Int>(0)
        let overlaps = Atomic<Int>(0)
        let handled = Atomic<Int>(0)
        var script = Script()
        script.onReceive = { text in
            if inside.add(1, ordering: .acquiringAndReleasing).newValue != 1 { overlaps.add(1, ordering: .relaxed) }
            if text.hasSuffix("7") { await Task.yield() }
            inside.subtract(1, ordering: .acquiringAndReleasing)
            handled.add(1, ordering: .relaxed)
            return "re " + text
        }
        try await bench.start(1, "a", script, kind: "roomy")
        let ref = WorkerRef<ScriptedWorker<Roomy>>(name: "a", services: bench.services)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<100 {
                group.addTask {
                    for number in 0..<50 {
                        let reply = try await ref.call(Note("\(caller)/\(number)"))
                        #expect(reply == Note("re \(caller)/\(number)"))
                    }
                }
            }
            try await group.waitForAll()
        }
        let (overlapped, total) = (overlaps.load(ordering: .acquiring), handled.load(ordering: .acquiring))
        #expect(overlapped == 0)
        #expect(total == 5_000)
    }

    @Test func aFullMailboxRefuses() async throws {
        let bench = try Bench()
        let latch = Latch()
        let script = blocking(on: latch)
        try await bench.start(1, "a", script)
        let ref = bench.reference("a")
        async let first = ref.call(Note("first"))
        await script.log.wait(for: "> first")
        for number in 0..<8 { try await ref.send(Note("\(number)")) }
        await expect(code: .mailboxFull) { try await ref.send(Note("one more")) }
        await expect(code: .mailboxFull) { _ = try await ref.call(Note("one more")) }
        bench.deliver("one more", to: 1, request: 5)
        #expect(await bench.answer(5).failureCode == .mailboxFull)
        latch.open()
        _ = try await first
        _ = try await ref.call(Note("last"))
        #expect(script.log.events.filter { $0.hasPrefix(">") }.count == 10)
    }

    @Test func aTimeoutEndsTheWaitAndNotTheWork() async throws {
        let bench = try Bench()
        let latch = Latch()
        let script = blocking(on: latch)
        try await bench.start(1, "a", script)
        let ref = bench.reference("a")
        async let taken = error { try await ref.call(Note("first"), timeout: .seconds(2)) }
        await script.log.wait(for: "> first")
        async let untaken = error { try await ref.call(Note("second"), timeout: .seconds(2)) }
        await waiting(1, bench, 1)
        await timers(2, bench)
        bench.clock.advance(by: .seconds(2))
        let errors = await (taken as? SwarmError, untaken as? SwarmError)
        #expect(errors.0?.code == .timeout)
        #expect(errors.0?.mayHaveExecuted == true)
        #expect(errors.1?.code == .timeout)
        #expect(errors.1?.mayHaveExecuted == false)
        latch.open()
        #expect(try await ref.call(Note("third")) == Note("third"))
        #expect(script.log.events == ["init", "> first", "< first", "> third", "< third"])
    }

    @Test func aCallersCancellationDoesNotReachTheWorker() async throws {
        let bench = try Bench()
        let latch = Latch()
        let wasCancelled = Atomic<Bool>(false)
        var script = Script()
        script.onReceive = { text in
            if text == "first" { await latch.wait() }
            wasCancelled.store(Task.isCancelled, ordering: .releasing)
            try Task.checkCancellation()
            return text
        }
        try await bench.start(1, "a", script)
        let ref = bench.reference("a")
        let caller = Task { try await ref.call(Note("first")) }
        await script.log.wait(for: "> first")
        let other = Task { try await ref.call(Note("second")) }
        await waiting(1, bench, 1)
        caller.cancel()
        other.cancel()
        #expect(await error { try await caller.value } is CancellationError)
        #expect(await error { try await other.value } is CancellationError)
        latch.open()
        #expect(try await ref.call(Note("third")) == Note("third"))
        let reached = wasCancelled.load(ordering: .acquiring)
        #expect(!reached)
        #expect(script.log.events == ["init", "> first", "< first", "> third", "< third"])
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        let bench = try Bench()
        let script = Script()
        try await bench.start(1, "a", script)
        let ref = bench.reference("a")
        let latch = Latch()
        let task = Task {
            await latch.wait()
            return try await ref.call(Note("x"))
        }
        task.cancel()
        latch.open()
        #expect(await error { try await task.value } is CancellationError)
        #expect(script.log.events == ["init"])
    }

    @Test func aWorkerElsewhereIsAskedThroughTheNode() async throws {
        let bench = try Bench()
        let ref = bench.reference("far")
        bench.services.answer { body in
            guard case .deliver("far", let payload, let oneWay) = body else { throw CancellationError() }
            return oneWay ? .done : .payload(payload)
        }
        #expect(try await ref.call(Note("x"), timeout: .seconds(3)) == Note("x"))
        try await ref.send(Note("y"))
        #expect(
            bench.services.asked.events == [
                .init(
                    body: .deliver(name: "far", payload: Bench.json("x"), oneWay: false), workerID: nil,
                    timeout: .seconds(3)),
                .init(
                    body: .deliver(name: "far", payload: Bench.json("y"), oneWay: true), workerID: nil,
                    timeout: .seconds(5)),
            ])
        await expect(code: .decodingFailed) { _ = try await ref.call(.unencodable) }
    }

    /// The visible worker is the one that is called, even if another one of the name still runs here.
    @Test func aWorkerHereThatIsNotTheVisibleOneIsNotCalled() async throws {
        let bench = try Bench()
        let script = Script()
        try await bench.start(1, "a", script)
        bench.services.show(Bench.claim("a", 1, host: Bench.elsewhere))
        bench.services.answer { _ in .payload(Bench.json("there")) }
        #expect(try await bench.reference("a").call(Note("x")) == Note("there"))
        #expect(script.log.events == ["init"])
    }

    @Test func anotherTypeOfTheSameNameIsAskedEncoded() async throws {
        let bench = try Bench()
        try await bench.start(1, "a", Script())
        bench.services.answer { _ in .payload(Bench.json("decoded")) }
        let other = WorkerRef<ScriptedWorker<Roomy>>(name: "a", services: bench.services)
        #expect(try await other.call(Note("x")) == Note("decoded"))
    }

    @Test func withoutANodeItSaysSo() async throws {
        await expect(code: .notRunning) {
            _ = try await WorkerContext.standalone(name: "a").worker("b", as: PlainWorker.self).call(Note("x"))
        }
    }

    /// An answer of nil is an answer.
    @Test func aReplyMayBeOptional() async throws {
        actor Finder: Worker {
            static let kind = "finder"
            init(_ context: WorkerContext, arguments: NoValue) throws {}
            func receive(_ message: Int) async throws -> Int? { message > 0 ? message : nil }
        }
        let bench = try Bench()
        let id = try bench.runtime.adopt(
            Finder(.standalone(name: "f"), arguments: NoValue()), name: "f")
        bench.services.show(Bench.claim("f", id))
        let ref = WorkerRef<Finder>(name: "f", services: bench.services)
        #expect(try await ref.call(1) == 1)
        #expect(try await ref.call(0) == nil)
        bench.perform(.deliver(workerID: id, request: Bench.request(1), payload: Array("0".utf8), oneWay: false))
        #expect(await bench.answer(1) == .success(Array("null".utf8)))
        #expect(bench.services.asked.events.isEmpty)
    }

    @Test func equalByName() {
        let first = WorkerRef<PlainWorker>(name: "a", services: nil)
        #expect(first == WorkerRef(name: "a", services: FakeServices()))
        #expect(first != WorkerRef(name: "b", services: nil))
        #expect(Set([first, first]).count == 1)
        #expect("\(first)" == "a")
    }

    /// Calls within calls nest neither on the stack nor in any table that ends.
    @Test func chainsOfCallsAreNotLimitedByTheStack() async throws {
        let bench = try Bench()
        let length: UInt64 = 5_000
        for number in 0...length {
            var script = Script()
            let next = bench.reference("\(number + 1)")
            script.onReceive = { text in
                number == length ? text : try await next.call(Note(text), timeout: .seconds(60)).text
            }
            try await bench.start(number + 1, "\(number)", script)
        }
        #expect(try await bench.reference("0").call(Note("x"), timeout: .seconds(60)) == Note("x"))
    }
}
