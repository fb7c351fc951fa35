import SwarmCore
import Testing

@testable import Swarm

@Suite struct PendingRequestsTests {
    private let pending = PendingRequests(node: NodeID(name: "a", incarnation: 1))

    @Test func idsAreNeverRepeated() {
        #expect(Set((0..<100).map { _ in pending.makeID() }).count == 100)
    }

    @Test func theAnswerReachesItsCaller() async throws {
        let id = pending.makeID()
        let reply = try await pending.wait(for: id) {
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
            try await pending.wait(for: id) {
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
            try await pending.wait(for: pending.makeID()) {
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
        let task = Task { [pending] in
            try await pending.wait(for: id) {
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
        let task = Task { [pending] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await pending.wait(for: pending.makeID()) {
                nil
            } cancel: {
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(pending.count == 0)
    }

    @Test func theEndAnswersAllNowAndLater() async {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let task = Task { [pending] in
            try await pending.wait(for: pending.makeID()) {
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
            try await pending.wait(for: pending.makeID()) {
                nil
            } cancel: {
            }
        }
        #expect(error?.code == .stopped)
    }
}
