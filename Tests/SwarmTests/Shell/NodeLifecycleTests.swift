import SwarmCore
import Testing

@testable import Swarm

@Suite struct NodeLifecycleTests {
    private let lifecycle = NodeLifecycle()

    private func code(_ body: () throws -> Void) -> SwarmError.Code? {
        do { try body() } catch { return (error as? SwarmError)?.code }
        return nil
    }

    @Test func requestsAreTakenBetweenRunAndStopOnly() throws {
        #expect(code(lifecycle.check) == .notRunning)
        try lifecycle.begin()
        #expect(code(lifecycle.check) == nil)
        lifecycle.end(with: nil)
        #expect(code(lifecycle.check) == .stopped)
    }

    @Test func aNodeRunsOnce() throws {
        try lifecycle.begin()
        #expect(code(lifecycle.begin) == .invalidArgument)
        lifecycle.end(with: nil)
        #expect(code(lifecycle.begin) == .invalidArgument)
    }

    @Test func readyWaitsFromBeforeTheRun() async throws {
        async let ready: Void = lifecycle.ready()
        try lifecycle.begin()
        lifecycle.becomeReady()
        try await ready
        try await lifecycle.ready()
    }

    @Test func readyThrowsWhyTheNodeStopped() async throws {
        async let ready: Void = lifecycle.ready()
        try lifecycle.begin()
        lifecycle.end(with: Failure(.nameTaken, "taken"))
        do {
            try await ready
            Issue.record("it was never ready")
        } catch let error as SwarmError {
            #expect(error.code == .nameTaken)
        }
    }

    @Test func readyCanBeCancelled() async {
        let task = Task { [lifecycle] in try await lifecycle.ready() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func theFirstEndCounts() async {
        lifecycle.end(with: Failure(.nameTaken, "taken"))
        lifecycle.end(with: nil)
        lifecycle.becomeReady()
        let error = await #expect(throws: SwarmError.self) { try await lifecycle.ready() }
        #expect(error?.code == .nameTaken)
    }
}
