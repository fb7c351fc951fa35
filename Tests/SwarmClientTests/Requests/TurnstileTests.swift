import Swarm
import Synchronization
import Testing

@testable import SwarmClient

@Suite(.timeLimit(.minutes(1))) struct TurnstileTests {
    /// Lets go when it is opened.
    final class Gate: Sendable {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        func wait() async { for await _ in stream { return } }
        func open() { continuation.finish() }
    }

    private static var later: ContinuousClock.Instant { .now + .seconds(60) }

    /// Who is inside.
    final class Room: Sendable {
        private let state = Mutex((now: 0, most: 0, total: 0))
        var counts: (now: Int, most: Int, total: Int) { state.withLock { $0 } }
        func enter() {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
                state.total += 1
            }
        }
        func leave() { state.withLock { $0.now -= 1 } }
    }

    @Test func noMoreThanThePlacesAreInside() async throws {
        let turnstile = Turnstile(places: 3, limit: 1_000)
        let room = Room()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<300 {
                group.addTask {
                    try await turnstile.pass(until: Self.later) {
                        room.enter()
                        await Task.yield()
                        room.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(room.counts.total == 300)
        #expect(room.counts.most <= 3)
        #expect(room.counts.now == 0)
    }

    @Test func whoWaitsTooLongIsToldAndTheOthersGoOn() async throws {
        let turnstile = Turnstile(places: 1, limit: 10)
        let (entered, gate) = (Gate(), Gate())
        let first = Task {
            try await turnstile.pass(until: Self.later) {
                entered.open()
                await gate.wait()
            }
        }
        await entered.wait()
        let error = await #expect(throws: SwarmError.self) {
            try await turnstile.pass(until: .now + .milliseconds(20)) {}
        }
        #expect(error?.code == .timeout)
        #expect(error?.mayHaveExecuted == false)
        let next = Task { try await turnstile.pass(until: Self.later) { 7 } }
        gate.open()
        try await first.value
        #expect(try await next.value == 7)
    }

    @Test func tooManyAreTurnedAway() async throws {
        let turnstile = Turnstile(places: 1, limit: 1)
        let (entered, gate) = (Gate(), Gate())
        let first = Task {
            try await turnstile.pass(until: Self.later) {
                entered.open()
                await gate.wait()
            }
        }
        await entered.wait()
        let error = await #expect(throws: SwarmError.self) { try await turnstile.pass(until: Self.later) {} }
        #expect(error?.code == .overloaded)
        gate.open()
        try await first.value
        try await turnstile.pass(until: Self.later) {}
    }

    @Test func aCancelledOneTakesNoPlace() async throws {
        let turnstile = Turnstile(places: 1, limit: 10)
        let (entered, gate) = (Gate(), Gate())
        let first = Task {
            try await turnstile.pass(until: Self.later) {
                entered.open()
                await gate.wait()
            }
        }
        await entered.wait()
        let second = Task { try await turnstile.pass(until: Self.later) {} }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        gate.open()
        try await first.value
        try await turnstile.pass(until: Self.later) {}
    }
}
