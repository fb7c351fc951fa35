import SwarmCore
import Synchronization
import Testing

@testable import Swarm

/// How workers end: by failure, at their own wish, by order, and against resistance.
@Suite(.timeLimit(.minutes(1))) struct WorkerEndTests {
    @Test func aThrowingReceiveEndsTheWorker() async throws {
        let bench = try Bench()
        let latch = Latch()
        var script = Script()
        script.onReceive = { text in
            if text == "first" { await latch.wait() }
            throw Refusal()
        }
        try await bench.start(1, "a", script)
        let ref = bench.reference("a")
        async let first = error { try await ref.call(Note("first")) }
        await script.log.wait(for: "> first")
        async let second = error { try await ref.call(Note("second")) }
        await waiting(1, bench, 1)
        bench.deliver("third", to: 1, request: 3)
        latch.open()
        let errors = await (first as? SwarmError, second as? SwarmError)
        #expect(errors.0?.code == .workerFailed)
        #expect(errors.0?.mayHaveExecuted == true)
        #expect(errors.0?.message.contains("Refusal: no thanks") == true)
        // What waited was not seen by the worker, and says so.
        #expect(errors.1?.code == .stopped)
        #expect(errors.1?.mayHaveExecuted == false)
        #expect(await bench.answer(3).failureCode == .stopped)
        #expect(await bench.end(1) == .init(failure: "Refusal: no thanks", restart: true, backoff: 100_000))
        #expect(script.log.events == ["init", "> first", "! first", "stop failed(\"Refusal: no thanks\")"])
        #expect(bench.runtime.count == 0)
        // Who asks again goes through the node, which knows where it is restarted.
        bench.services.answer { _ in .payload(Bench.json("restarted")) }
        #expect(try await ref.call(Note("x")) == Note("restarted"))
    }

    @Test func encodedMessagesFailAlike() async throws {
        let bench = try Bench()
        var script = Script()
        script.onReceive = { _ in throw Mute() }
        try await bench.start(1, "a", script)
        bench.deliver("x", to: 1, request: 1)
        let failure = await bench.answer(1).failure
        #expect(failure?.code == .workerFailed)
        #expect(failure?.mayHaveExecuted == true)
        #expect(failure?.message.contains("Mute") == true)
        #expect(failure?.message.contains("swordfish") == false)
        #expect(await bench.end(1).failure == "Mute")
    }

    @Test func policies() async throws {
        for (kind, onFailure, onStop) in [
            ("plain", true, false), ("permanent", true, true), ("temporary", false, false),
        ] {
            let bench = try Bench()
            var script = Script()
            script.onReceive = { _ in throw Refusal() }
            try await bench.start(1, "a", script, kind: kind)
            bench.deliver("x", to: 1)
            #expect(await bench.end(1).restart == onFailure, "\(kind)")

            let context = Mutex<WorkerContext?>(nil)
            var stopping = Script()
            stopping.onInit = { given in context.withLock { $0 = given } }
            try await bench.start(2, "b", stopping, kind: kind)
            context.withLock { $0 }?.stop()
            let end = await bench.end(2)
            #expect(end.failure == nil)
            #expect(end.restart == onStop, "\(kind)")
            #expect(stopping.log.events == ["init", "stop requested"])
        }
    }

    @Test func backoffGrowsWithTheFailuresOfAName() async throws {
        let bench = try Bench()
        var script = Script()
        script.onReceive = { _ in throw Refusal() }
        var backoffs: [UInt64] = []
        for id in UInt64(1)...3 {
            try await bench.start(id, "a", script)
            bench.deliver("x", to: id)
            backoffs.append(await bench.end(id).backoff)
        }
        #expect(backoffs == [100_000, 200_000, 400_000])
    }

    @Test func oneThatStopsInItsInitHasStarted() async throws {
        let bench = try Bench()
        var script = Script()
        script.onInit = { $0.stop() }
        bench.perform(.start(Bench.order(1, "a", script)))
        #expect(await bench.started(1).isSuccess)
        #expect(await bench.end(1) == .init(failure: nil, restart: false, backoff: 0))
        #expect(script.log.events == ["init", "stop requested"])
    }

    @Test func aMessageThatCannotBeReadHurtsNobody() async throws {
        let bench = try Bench { $0.payloadLimit = 64 }
        let script = Script()
        try await bench.start(1, "a", script)
        bench.perform(.deliver(workerID: 1, request: Bench.request(1), payload: [1, 2, 3], oneWay: false))
        #expect(await bench.answer(1).failureCode == .decodingFailed)
        bench.deliver(String(repeating: "x", count: 64), to: 1, request: 2)
        #expect(await bench.answer(2).failureCode == .tooLarge)
        bench.deliver("unencodable", to: 1, request: 3)
        let unanswerable = await bench.answer(3).failure
        #expect(unanswerable?.code == .decodingFailed)
        #expect(unanswerable?.mayHaveExecuted == true)
        bench.deliver("x", to: 1, request: 4)
        #expect(await bench.answer(4).isSuccess)
    }

    @Test func unregisteredItAnswersWhatWaits() async throws {
        let bench = try Bench()
        let latch = Latch()
        let script = blocking(on: latch)
        try await bench.start(1, "a", script)
        let ref = bench.reference("a")
        async let first = ref.call(Note("first"))
        await script.log.wait(for: "> first")
        async let second = error { try await ref.call(Note("second")) }
        await waiting(1, bench, 1)
        bench.perform(.stop(workerID: 1, .unregistered, collectsHeld: false))
        #expect((await second as? SwarmError)?.code == .stopped)
        latch.open()
        // The message in hand ends well.
        #expect(try await first == Note("first"))
        await bench.gone(1)
        #expect(script.log.events == ["init", "> first", "< first", "stop unregistered"])
    }

    @Test func whoDoesNotLetGoIsCancelled() async throws {
        for direct in [true, false] {
            let bench = try Bench { $0.stopPatience = .seconds(2) }
            var script = Script()
            let wasCancelledInStop = Atomic<Bool>(false)
            script.onReceive = { text in
                try await Task.sleep(for: .seconds(3_600))
                return text
            }
            script.onStop = { _ in wasCancelledInStop.store(Task.isCancelled, ordering: .releasing) }
            try await bench.start(1, "a", script)
            let ref = bench.reference("a")
            let call = Task { if direct { _ = try await ref.call(Note("first"), timeout: .seconds(100)) } }
            if !direct { bench.deliver("first", to: 1, request: 1) }
            await script.log.wait(for: "> first")
            bench.perform(.stop(workerID: 1, .unregistered, collectsHeld: true))
            // Before its time is over it is left alone.
            bench.clock.advance(by: .seconds(1))
            #expect(!script.log.events.contains("! first"))
            bench.clock.advance(by: .seconds(1))
            #expect(await bench.held(1) == [])
            let result = await error { try await call.value }
            #expect(direct == (result != nil))
            #expect(script.log.events == ["init", "> first", "! first", "stop unregistered"])
            let reached = wasCancelledInStop.load(ordering: .acquiring)
            #expect(!reached)
        }
    }

    @Test func whoDoesNotMindThatIsGivenUp() async throws {
        let bench = try Bench { $0.stopPatience = .seconds(2) }
        let latch = Latch()
        let script = blocking(on: latch)
        try await bench.start(1, "a", script)
        bench.deliver("first", to: 1, request: 1)
        await script.log.wait(for: "> first")
        bench.perform(.stop(workerID: 1, .moved, collectsHeld: true))
        bench.deliver("second", to: 1, request: 2)
        while bench.runtime.cell(1) != nil {
            bench.clock.advance(by: .seconds(1))
            await Task.yield()
        }
        #expect(await bench.held(1).map(\.request) == [Bench.request(2)])
        latch.open()
        // Late, but here it is.
        #expect(await bench.answer(1).isSuccess)
        #expect(!script.log.events.contains("> second"))
    }

    @Test func shutdownStopsAllAndWaits() async throws {
        let bench = try Bench()
        let scripts = (0..<20).map { _ in Script() }
        for (index, script) in scripts.enumerated() { try await bench.start(UInt64(index) + 1, "\(index)", script) }
        let run = Task { await bench.runtime.run() }
        run.cancel()
        await run.value
        #expect(bench.runtime.count == 0)
        for script in scripts { #expect(script.log.events == ["init", "stop shutdown"]) }
        bench.perform(.start(Bench.order(99, "z", Script())))
        #expect(await bench.started(99).failureCode == .stopped)
        #expect(throws: SwarmError.self) {
            try bench.runtime.adopt(PlainWorker(.standalone(name: "y"), script: Script()), name: "y")
        }
    }
}

/// Without quorum nothing is processed.
@Suite(.timeLimit(.minutes(1))) struct WorkerLeaseTests {
    @Test func pastTheLeaseMessagesFail() async throws {
        let bench = try Bench()
        let script = Script()
        try await bench.start(1, "a", script)
        let ref = bench.reference("a")
        bench.perform(.lease(until: 2_000))
        #expect(try await ref.call(Note("1")) == Note("1"))
        bench.uptime.store(2_000, ordering: .releasing)
        await expect(code: .noQuorum) { _ = try await ref.call(Note("2")) }
        await expect(code: .noQuorum) { try await ref.send(Note("3")) }
        bench.deliver("4", to: 1, request: 4)
        #expect(await bench.answer(4).failureCode == .noQuorum)
        #expect(script.log.events == ["init", "> 1", "< 1"])
        bench.perform(.lease(until: nil))
        #expect(try await ref.call(Note("5")) == Note("5"))
    }

    @Test func whatWaitsWhenItEndsFailsToo() async throws {
        let bench = try Bench()
        let latch = Latch()
        let script = blocking(on: latch)
        try await bench.start(1, "a", script)
        let ref = bench.reference("a")
        bench.perform(.lease(until: 2_000))
        async let first = ref.call(Note("first"))
        await script.log.wait(for: "> first")
        async let second = error { try await ref.call(Note("second")) }
        await waiting(1, bench, 1)
        bench.uptime.store(5_000, ordering: .releasing)
        latch.open()
        #expect((await second as? SwarmError)?.code == .noQuorum)
        _ = try await first
        #expect(!script.log.events.contains("> second"))
    }

    @Test func withoutQuorumTheMessageInHandIsCancelled() async throws {
        let bench = try Bench()
        var script = Script()
        script.onReceive = { text in
            try await Task.sleep(for: .seconds(3_600))
            return text
        }
        try await bench.start(1, "a", script)
        bench.deliver("first", to: 1, request: 1)
        await script.log.wait(for: "> first")
        bench.perform(.stop(workerID: 1, .quorumLost, collectsHeld: false))
        await bench.gone(1)
        #expect(script.log.events == ["init", "> first", "! first", "stop quorumLost"])
    }
}
