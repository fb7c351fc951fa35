import SwarmCore
import Testing

@testable import Swarm

@Suite struct PendingRequestsTests {
    private let pending = PendingRequests(node: NodeID(name: "a", incarnation: 1))

    private let later = ContinuousClock.now + .seconds(60)

    @Test func whoWaitsTooLongIsLetGo() async throws {
        let task = Task { [pending, later] in
            try await pending.wait(for: pending.makeID(), until: later) {
                nil
            } cancel: {
            }
        }
        try await eventually("it waits") { pending.count == 1 }
        pending.expire(now: later - .seconds(1))
        #expect(pending.count == 1)
        pending.expire(now: later + .seconds(1))
        let error = await #expect(throws: SwarmError.self) { try await task.value }
        #expect(error?.code == .timeout)
        #expect(error?.mayHaveExecuted == true)
    }

    @Test func idsAreNeverRepeated() {
        #expect(Set((0..<100).map { _ in pending.makeID() }).count == 100)
    }

    @Test func theAnswerReachesItsCaller() async throws {
        let id = pending.makeID()
        let reply = try await pending.wait(for: id, until: later) {
            pending.complete([(id, .success(.text("x")))])
            return nil
        } cancel: {
        }
        #expect(reply == .text("x"))
        #expect(pending.count == 0)
    }

    @Test func aFailureIsAnErrorOfTheLibrary() async {
        let id = pending.makeID()
        let error = await #expect(throws: SwarmError.self) {
            try await pending.wait(for: id, until: later) {
                pending.complete([(id, .failure(Failure(.notFound, "no", mayHaveExecuted: true)))])
                return nil
            } cancel: {
            }
        }
        #expect(error?.code == .notFound)
        #expect(error?.mayHaveExecuted == true)
    }

    @Test func whatCannotBeSentFailsAtOnce() async {
        let error = await #expect(throws: SwarmError.self) {
            try await pending.wait(for: pending.makeID(), until: later) {
                Failure(.overloaded, "full")
            } cancel: {
            }
        }
        #expect(error?.code == .overloaded)
        #expect(pending.count == 0)
    }

    @Test func aCancelledCallerIsLetGoAndTheRequestGivenUp() async throws {
        let id = pending.makeID()
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (cancelled, cancel) = AsyncStream.makeStream(of: Void.self)
        let task = Task { [pending, later] in
            try await pending.wait(for: id, until: later) {
                start.yield()
                return nil
            } cancel: {
                cancel.yield()
            }
        }
        for await _ in started { break }
        task.cancel()
        for await _ in cancelled { break }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(pending.count == 0)
        // Its late answer finds nobody.
        pending.complete([(id, .success(.done))])
    }

    @Test func aTaskThatIsCancelledAlreadyDoesNotWait() async {
        let task = Task { [pending, later] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await pending.wait(for: pending.makeID(), until: later) {
                nil
            } cancel: {
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(pending.count == 0)
    }

    @Test func theEndAnswersAllNowAndLater() async {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let task = Task { [pending, later] in
            try await pending.wait(for: pending.makeID(), until: later) {
                start.yield()
                return nil
            } cancel: {
            }
        }
        for await _ in started { break }
        pending.end(with: Failure(.stopped, "over"))
        var error = await #expect(throws: SwarmError.self) { try await task.value }
        #expect(error?.code == .stopped)
        error = await #expect(throws: SwarmError.self) {
            try await pending.wait(for: pending.makeID(), until: later) {
                nil
            } cancel: {
            }
        }
        #expect(error?.code == .stopped)
    }
}
