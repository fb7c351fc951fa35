import DequeModule
import Swarm
import SwarmCore
import Synchronization

/// A bounded number of places, given in the order of asking; and a bounded number of those who wait for one.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var line = Deque<UInt64>()
        var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextID: UInt64 = 1
    }

    private let limit: Int
    private let state: Mutex<State>

    /// `limit`: how many may have a place or wait for one.
    init(places: Int, limit: Int) {
        self.limit = max(0, limit - places)
        state = Mutex(State(free: places))
    }

    /// Runs `body` with a place, and gives it back. Throws `timeout` if there is none in time, `overloaded` if too many wait.
    func pass<Value: Sendable>(
        until deadline: ContinuousClock.Instant, _ body: () async throws -> Value
    ) async throws -> Value {
        try await enter(until: deadline)
        defer { leave() }
        return try await body()
    }

    private func enter(until deadline: ContinuousClock.Instant) async throws {
        let (id, hasPlace) = state.withLock { state in
            defer { state.nextID += 1 }
            guard state.free > 0 else { return (state.nextID, false) }
            state.free -= 1
            return (state.nextID, true)
        }
        if hasPlace { return }
        let timer = Task { [weak self] in
            try await Task.sleep(until: deadline, clock: .continuous)
            self?.giveUp(
                id, SwarmError(.timeout, "The time was over before it was this request's turn; allow more."))
        }
        defer { timer.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { add(id, $0) }
        } onCancel: {
            giveUp(id, CancellationError())
        }
    }

    private func add(_ id: UInt64, _ continuation: CheckedContinuation<Void, any Error>) {
        let result: Result<Void, any Error>? = state.withLock { state in
            if state.free > 0 {
                state.free -= 1
                return .success(())
            }
            if Task.isCancelled { return .failure(CancellationError()) }
            guard state.waiting.count < limit else {
                return .failure(
                    SwarmError(.overloaded, "\(limit) requests of this client wait already; wait for some of them."))
            }
            // Those that have given up are taken out before they are many.
            if state.line.count > 2 * state.waiting.count + 1_024 { state.line.removeAll { state.waiting[$0] == nil } }
            state.line.append(id)
            state.waiting[id] = continuation
            return nil
        }
        if let result { continuation.resume(with: result) }
    }

    private func giveUp(_ id: UInt64, _ error: any Error) {
        state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(throwing: error)
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            while let id = state.line.popFirst() {
                if let next = state.waiting.removeValue(forKey: id) { return next }
            }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
