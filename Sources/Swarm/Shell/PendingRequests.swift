import SwarmCore
import Synchronization

/// Who waits for which request of this node. Each is resumed exactly once: by its answer, by its cancellation, or by
/// the end of the node.
final class PendingRequests: Sendable {
    typealias Continuation = CheckedContinuation<ReplyBody, any Error>

    private struct Waiter {
        let continuation: Continuation
        let deadline: ContinuousClock.Instant
    }

    private struct State {
        var waiting: [RequestID: Waiter] = [:]
        var nextNumber: UInt64 = 1
        var end: Failure?
    }

    private let node: NodeID
    private let state = Mutex(State())

    init(node: NodeID) { self.node = node }

    var count: Int { state.withLock { $0.waiting.count } }

    func makeID() -> RequestID {
        let number = state.withLock { state in
            defer { state.nextNumber += 1 }
            return state.nextNumber
        }
        return RequestID(node: node, number: number)
    }

    /// Waits for the answer to `id`. `start` sends the request, and says why it could not be; `cancel` gives it up.
    func wait(
        for id: RequestID, until deadline: ContinuousClock.Instant, start: () -> Failure?,
        cancel: @escaping @Sendable () -> Void
    ) async throws -> ReplyBody {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Continuation) in
                let end = state.withLock { state -> Failure? in
                    if state.end == nil { state.waiting[id] = Waiter(continuation: continuation, deadline: deadline) }
                    return state.end
                }
                if let end {
                    continuation.resume(throwing: SwarmError(end))
                } else if Task.isCancelled {
                    // The handler may have run before there was something to resume.
                    fail(id, CancellationError())
                } else if let failure = start() {
                    fail(id, SwarmError(failure))
                }
            }
        } onCancel: {
            if fail(id, CancellationError()) { cancel() }
        }
    }

    /// Answers of the tracker, in one go.
    func complete(_ results: [(RequestID, Result<ReplyBody, Failure>)]) {
        guard !results.isEmpty else { return }
        let answered = state.withLock { state in
            results.compactMap { id, result in state.waiting.removeValue(forKey: id).map { ($0.continuation, result) } }
        }
        for (continuation, result) in answered { continuation.resume(with: result.mapError { SwarmError($0) }) }
    }

    /// Lets go who has waited past the deadline: the tracker answers before, unless something is wrong with it.
    func expire(now: ContinuousClock.Instant) {
        let late = state.withLock { $0.waiting.filter { $0.value.deadline < now }.keys.sorted() }
        let error = SwarmError(
            .timeout, "The node was too busy to answer in time; slow down, or allow more.", mayHaveExecuted: true)
        for id in late { fail(id, error) }
    }

    /// The node has ended: all who wait, now and later, are told so.
    func end(with failure: Failure) {
        let waiting = state.withLock { state in
            if state.end == nil { state.end = failure }
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        for waiter in waiting.values { waiter.continuation.resume(throwing: SwarmError(failure)) }
    }

    @discardableResult
    private func fail(_ id: RequestID, _ error: any Error) -> Bool {
        guard let waiter = state.withLock({ $0.waiting.removeValue(forKey: id) }) else { return false }
        waiter.continuation.resume(throwing: error)
        return true
    }
}
