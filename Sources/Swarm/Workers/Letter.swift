import SwarmCore
import Synchronization

/// What waits in a mailbox.
enum Letter: Sendable {
    /// From another node, an outside client or a group: encoded. `request` nil, or `oneWay`: nobody waits.
    case encoded([UInt8], request: RequestID?, oneWay: Bool)
    /// From this node: as it is.
    case local(any LocalLetter)
    /// Of one of the worker's own timers.
    case tick(UInt64, any LocalLetter, repeats: Bool)

    /// Somebody waited and no longer does.
    var isAbandoned: Bool {
        if case .local(let letter) = self { letter.isSettled } else { false }
    }
}

/// A message that has not left the process, seen without its type.
protocol LocalLetter: AnyObject, Sendable {
    /// Somebody waits for the answer.
    var isCall: Bool { get }
    /// The caller has its answer, or has gone.
    var isSettled: Bool { get }
    /// The worker is about to see it. False: the caller has gone, and nobody is to see it.
    func take() -> Bool
    /// Gives it to the worker. `ended` hears of what `receive` threw, as text, before the caller does: who has the
    /// failure and asks again must not find the failed worker.
    func handle(by body: any WorkerBody, ended: @Sendable (String?) -> Void) async
    /// Nobody is to see it.
    func refuse(with error: SwarmError)
    /// The worker goes on elsewhere: the caller is to ask there.
    func redirect()
    func encoded(with coder: LimitedCoder) throws(Failure) -> [UInt8]
}

/// A message of this node to a worker of type `Target`, and the place where its caller waits.
final class TypedLetter<Target: Worker>: LocalLetter {
    enum Outcome: Sendable {
        case reply(Target.Reply)
        case failure(any Error)
        /// Ask again through the node.
        case elsewhere
    }

    private struct State {
        var isTaken = false
        var outcome: Outcome?
        var waiter: CheckedContinuation<Outcome, Never>?
    }

    let message: Target.Message
    let isCall: Bool
    private let state = Mutex(State())

    init(_ message: Target.Message, isCall: Bool) {
        self.message = message
        self.isCall = isCall
    }

    var isSettled: Bool { isCall && state.withLock { $0.outcome != nil } }

    /// The outcome, if it is there.
    var outcome: Outcome? { state.withLock { $0.outcome } }

    var wasTaken: Bool { state.withLock { $0.isTaken } }

    func take() -> Bool {
        guard isCall else { return true }
        return state.withLock { state in
            guard state.outcome == nil else { return false }
            state.isTaken = true
            return true
        }
    }

    /// The first outcome counts.
    func settle(_ outcome: Outcome) {
        guard isCall else { return }
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

    func refuse(with error: SwarmError) { settle(.failure(error)) }

    func redirect() { settle(.elsewhere) }

    func encoded(with coder: LimitedCoder) throws(Failure) -> [UInt8] { try coder.encode(message, "message") }

    func handle(by body: any WorkerBody, ended: @Sendable (String?) -> Void) async {
        guard let body = body as? TypedBody<Target> else { return settle(.elsewhere) }
        let result: Result<Target.Reply, any Error>
        do { result = .success(try await body.worker.receive(message)) } catch { result = .failure(error) }
        settle(result, ended: ended)
    }

    /// What the result of `receive` means.
    func settle(_ result: Result<Target.Reply, any Error>, ended: (String?) -> Void) {
        switch result {
        case .success(let reply):
            ended(nil)
            settle(.reply(reply))
        case .failure(let error):
            let text = ErrorText.of(error)
            ended(text)
            settle(.failure(SwarmError.workerFailed(text)))
        }
    }
}

extension SwarmError {
    static func workerFailed(_ text: String) -> SwarmError {
        SwarmError(.workerFailed, "The worker failed with \(text); see its log.", mayHaveExecuted: true)
    }
}
