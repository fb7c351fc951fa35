import SwarmCore
import Synchronization

/// Where a caller of this node waits for its answer. The first outcome counts.
///
/// Not generic, so that the direct path looks up as few types at run time as can be: that is most of its cost.
final class ReplySlot: Sendable {
    enum Outcome: Sendable {
        case reply(any Sendable)
        case failure(any Error)
        /// The worker has gone: ask again through the node.
        case elsewhere
    }

    private struct State {
        var isTaken = false
        var outcome: Outcome?
        var waiter: CheckedContinuation<Outcome, Never>?
    }

    private let state = Mutex(State())

    /// The outcome, if it is there.
    var outcome: Outcome? { state.withLock { $0.outcome } }

    /// The worker has, or had, the message.
    var wasTaken: Bool { state.withLock { $0.isTaken } }

    /// The worker is about to see the message. False: the caller has gone, and nobody is to see it.
    func take() -> Bool {
        state.withLock { state in
            guard state.outcome == nil else { return false }
            state.isTaken = true
            return true
        }
    }

    func settle(_ outcome: Outcome) {
        let waiter = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: outcome)
    }

    /// The caller's time is over.
    func expire() {
        let mayHaveExecuted = wasTaken
        settle(
            .failure(
                SwarmError(
                    .timeout,
                    mayHaveExecuted
                        ? "The worker took the message and did not answer in time; allow it more, or see what it waits for."
                        : "The worker was busy and did not take the message in time; try again, or allow it more.",
                    mayHaveExecuted: mayHaveExecuted)))
    }

    /// Waits for the outcome. If the task is cancelled that is a `CancellationError`, at once.
    nonisolated(nonsending) func wait() async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state in
                    if state.outcome == nil { state.waiter = continuation }
                    return state.outcome
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            settle(.failure(CancellationError()))
        }
    }
}
