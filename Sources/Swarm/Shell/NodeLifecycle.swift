import SwarmCore
import Synchronization

/// Where a node is in its life, and who waits for it to become ready. Nothing here can trap: every call at every time
/// has an answer.
final class NodeLifecycle: Sendable {
    enum Phase: Equatable, Sendable {
        /// `run()` has not been called.
        case idle
        case running
        case ready
        case stopped
    }

    private struct State {
        var phase = Phase.idle
        var failure: Failure?
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    var phase: Phase { state.withLock { $0.phase } }

    /// `run()` begins. Throws the second time.
    func begin() throws {
        try state.withLock { state in
            guard state.phase == .idle else {
                throw SwarmError(
                    .invalidArgument, "run() has been called before. Make a new SwarmNode to start again.")
            }
            state.phase = .running
        }
    }

    func becomeReady() {
        let waiters = state.withLock { state in
            guard state.phase == .running else { return [UInt64: CheckedContinuation<Void, any Error>]() }
            state.phase = .ready
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// `failure` is why it ended, if it should not have.
    func end(with failure: Failure?) {
        let waiters = state.withLock { state in
            guard state.phase != .stopped else { return [UInt64: CheckedContinuation<Void, any Error>]() }
            state.phase = .stopped
            state.failure = failure
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        let error = SwarmError(failure ?? Self.stopped)
        for waiter in waiters.values { waiter.resume(throwing: error) }
    }

    /// Throws unless requests can be taken: `notRunning` before `run()`, `stopped` after it.
    func check() throws {
        let failure = state.withLock { state -> Failure? in
            switch state.phase {
            case .idle: Failure(.notRunning, "The node does not run yet. Call run() in a task of its own first.")
            case .running, .ready: nil
            case .stopped:
                state.failure.map { Failure(.stopped, "The node has stopped: \($0.message)") } ?? Self.stopped
            }
        }
        if let failure { throw SwarmError(failure) }
    }

    /// Returns when the node is ready. May be called before `run()`, and waits for that too.
    func ready() async throws {
        let id = state.withLock { state in
            defer { state.nextWaiter += 1 }
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let result: Result<Void, any Error>? = state.withLock { state in
                    switch state.phase {
                    case .ready: return .success(())
                    case .stopped: return .failure(SwarmError(state.failure ?? Self.stopped))
                    case .idle, .running:
                        if Task.isCancelled { return .failure(CancellationError()) }
                        state.waiters[id] = continuation
                        return nil
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    static let stopped = Failure(.stopped, "The node has stopped. Make a new SwarmNode to start again.")
}
