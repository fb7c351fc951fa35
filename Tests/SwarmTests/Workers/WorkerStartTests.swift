import SwarmCore
import Testing

@testable import Swarm

/// Start, prepare and activate, and what can go wrong with them.
@Suite(.timeLimit(.minutes(1))) struct WorkerStartTests {
    @Test func startsAndWorks() async throws {
        let bench = try Bench()
        let script = Script()
        try await bench.start(1, "a", script)
        bench.deliver("x", to: 1, request: 1)
        #expect(await bench.answer(1) == .success(Bench.json("x")))
        #expect(bench.runtime.count == 1)
        #expect(script.log.events == ["init", "> x", "< x"])
    }

    @Test func aThrowingInitRefusesTheRegistration() async throws {
        let bench = try Bench()
        var script = Script()
        script.onInit = { _ in throw Refusal() }
        bench.perform(.start(Bench.order(1, "a", script)))
        let failure = await bench.started(1).failure
        #expect(failure?.code == .startFailed)
        #expect(failure?.message.contains("no thanks") == true)
        #expect(bench.runtime.count == 0)
    }

    @Test func argumentsThatAreNoneAreRefused() async throws {
        let bench = try Bench()
        let order = WorkerOrder(
            workerID: 1, name: "a", kind: "plain", arguments: Bench.json("x"), token: Bench.token(), groups: [],
            metadata: [:])
        bench.perform(.start(order))
        #expect(await bench.started(1).failureCode == .decodingFailed)
    }

    @Test func anUnknownKindIsRefused() async throws {
        let bench = try Bench()
        bench.perform(.start(Bench.order(1, "a", Script(), kind: "other")))
        #expect(await bench.started(1).failureCode == .unknownKind)
        #expect(bench.runtime.kinds == ["permanent", "plain", "roomy", "temporary"])
    }

    @Test func aRepeatedStartIsNone() async throws {
        let bench = try Bench()
        let script = Script()
        try await bench.start(1, "a", script)
        bench.perform(.start(Bench.order(1, "a", script)))
        _ = try await bench.reference("a").call(Note("x"))
        #expect(script.log.events == ["init", "> x", "< x"])
    }

    @Test func aPreparedWorkerHasItsStateAndWaits() async throws {
        let bench = try Bench()
        let script = Script()
        bench.perform(.prepare(Bench.order(1, "a", script), state: .bytes(Bench.json("s"))))
        #expect(await bench.started(1).isSuccess)
        bench.deliver("late", to: 1, request: 3)
        bench.services.show(Bench.claim("a", 1))
        async let local = bench.reference("a").call(Note("local"))
        await waiting(2, bench, 1)
        #expect(script.log.events == ["init", "endHandoff s"])
        let held = [
            HeldMessage(request: Bench.request(1), payload: Bench.json("one"), oneWay: false),
            HeldMessage(request: nil, payload: Bench.json("two"), oneWay: true),
        ]
        bench.perform(.activate(workerID: 1, token: Bench.token(9), held: held))
        #expect(await bench.answer(1) == .success(Bench.json("one")))
        #expect(await bench.answer(3) == .success(Bench.json("late")))
        #expect(try await local == Note("local"))
        #expect(
            script.log.events.filter { $0.hasPrefix(">") } == ["> one", "> two", "> late", "> local"])
        // Retransmitted: nothing is done twice.
        bench.perform(.activate(workerID: 1, token: Bench.token(9), held: held))
        _ = try await bench.reference("a").call(Note("end"))
        #expect(script.log.events.filter { $0.hasPrefix(">") }.count == 5)
    }

    @Test func withoutAStateItStartsAfresh() async throws {
        let bench = try Bench()
        let script = Script()
        bench.perform(.prepare(Bench.order(1, "a", script), state: .none))
        #expect(await bench.started(1).isSuccess)
        #expect(script.log.events == ["init"])
    }

    @Test func aStateThatIsRefusedEndsThePreparation() async throws {
        for state in [Bench.json("s"), Array("{".utf8)] {
            let bench = try Bench()
            var script = Script()
            script.onEndHandoff = { _ in throw Refusal() }
            bench.perform(.prepare(Bench.order(1, "a", script), state: .bytes(state)))
            #expect(await !bench.started(1).isSuccess)
            #expect(bench.runtime.count == 0)
            #expect(script.log.events.last?.hasPrefix("stop failed") == true)
        }
    }

    @Test func anAbandonedPreparationStops() async throws {
        let bench = try Bench()
        let script = Script()
        bench.perform(.prepare(Bench.order(1, "a", script), state: .none))
        _ = await bench.started(1)
        bench.deliver("x", to: 1, request: 3)
        bench.perform(.stop(workerID: 1, .abandoned, collectsHeld: false))
        #expect(await bench.answer(3).failureCode == .stopped)
        await bench.gone(1)
        #expect(script.log.events == ["init", "stop moved"])
    }

    @Test func activatingWhatIsGoneAnswersWhoWaits() async throws {
        let bench = try Bench()
        let held = [HeldMessage(request: Bench.request(1), payload: [], oneWay: false)]
        bench.perform(.activate(workerID: 7, token: Bench.token(), held: held))
        #expect(await bench.answer(1).failureCode == .stopped)
    }

    @Test func kindsMustBeTellable() {
        #expect(throws: SwarmError.self) { try WorkerKind.table(of: [PlainWorker.self, PlainTwin.self]) }
        #expect(throws: Never.self) { try WorkerKind.table(of: [PlainWorker.self, PlainWorker.self]) }
        #expect(throws: SwarmError.self) { try WorkerKind.table(of: [Nameless.self]) }
    }

    actor PlainTwin: Worker {
        static let kind = "plain"
        init(_ context: WorkerContext, arguments: NoValue) throws {}
        func receive(_ message: Int) async throws -> NoValue { NoValue() }
    }

    actor Nameless: Worker {
        static let kind = ""
        init(_ context: WorkerContext, arguments: NoValue) throws {}
        func receive(_ message: Int) async throws -> NoValue { NoValue() }
    }
}
