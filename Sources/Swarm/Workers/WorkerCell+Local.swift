import SwarmCore
import Synchronization

// Messages of this node: the direct path, without encoding.
extension WorkerCell {
    enum LocalAnswer<Reply: Sendable>: Sendable {
        case reply(Reply)
        /// The worker has gone: the node knows where to.
        case elsewhere(left: Duration)
    }

    /// Where the worker is idle the message is handled on the caller's thread before this suspends.
    nonisolated(nonsending) func call<W: Worker>(
        _ message: W.Message, as type: W.Type, timeout: Duration
    ) async throws -> LocalAnswer<W.Reply> {
        try checkLease()
        let letter = TypedLetter<W>(message, isCall: true)
        switch change({ $0.admit(.local(letter), canHandleNow: true) }) {
        case .now(let body, let turn):
            guard letter.take(), let body = body as? TypedBody<W> else {
                leave(turn: turn, failure: nil)
                return .elsewhere(left: timeout)
            }
            runtime.metrics.count(.messages)
            runtime.metrics.count(.directCalls)
            await body.handleNow(letter, in: self, turn: turn)
            if let outcome = letter.outcome { return try answer(outcome, left: timeout) }
        case .queued: break
        case .full: throw overflow()
        case .gone: return .elsewhere(left: timeout)
        }
        let timers = runtime.timers
        let end = timers.now + timeout
        let timer = timers.schedule(at: end) { letter.expire() }
        let outcome = await letter.wait()
        timers.cancel(timer)
        if case .failure = outcome, !letter.wasTaken { gate.withLock { $0.noteAbandoned() } }
        return try answer(outcome, left: max(.zero, end - timers.now))
    }

    /// False if the worker has gone.
    func send<W: Worker>(_ message: W.Message, as type: W.Type) throws -> Bool {
        try checkLease()
        switch change({ $0.admit(.local(TypedLetter<W>(message, isCall: false))) }) {
        case .now, .queued: return true
        case .full: throw overflow()
        case .gone: return false
        }
    }

    private func answer<W: Worker>(
        _ outcome: TypedLetter<W>.Outcome, left: Duration
    ) throws -> LocalAnswer<W.Reply> {
        switch outcome {
        case .reply(let reply): return .reply(reply)
        case .failure(let error): throw error
        case .elsewhere: return .elsewhere(left: left)
        }
    }

    private func checkLease() throws {
        guard runtime.mayProcess else {
            runtime.metrics.count(.leaseRefusals)
            throw SwarmError.workerGone(.quorumLost)
        }
    }

    private func overflow() -> SwarmError {
        runtime.metrics.count(.overflows)
        return .mailboxFull(identity.name, kind.mailboxLimit)
    }
}
