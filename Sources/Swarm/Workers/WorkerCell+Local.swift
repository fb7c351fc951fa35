import SwarmCore
import Synchronization

// Messages of this node: the direct path, without encoding.
extension WorkerCell {
    /// Where the worker is idle the message is handled on the caller's thread before this suspends.
    ///
    /// Gives nil if the worker has gone: the node knows where to. `timeout` is then what is left of it.
    nonisolated(nonsending) func call<W: Worker>(
        _ message: W.Message, as type: W.Type, timeout: inout Duration
    ) async throws -> W.Reply? {
        try checkLease()
        let slot = ReplySlot()
        switch change({ $0.admit(.local(TypedLetter<W>(message, slot: slot)), canHandleNow: true) }) {
        case .now(let body, let turn):
            guard slot.take(), let body = body as? TypedBody<W> else {
                leave(turn: turn, failure: nil)
                return nil
            }
            runtime.metrics.count(.messages)
            runtime.metrics.count(.directCalls)
            await body.handleNow(message, slot, in: self, turn: turn)
            if let outcome = slot.outcome { return try answer(outcome) }
        case .queued: break
        case .full: throw overflow()
        case .gone: return nil
        }
        return try answer(await wait(slot, &timeout))
    }

    private nonisolated(nonsending) func wait(
        _ slot: ReplySlot, _ timeout: inout Duration
    ) async -> ReplySlot.Outcome {
        let timers = runtime.timers
        let end = timers.now + timeout
        let timer = timers.schedule(at: end) { slot.expire() }
        let outcome = await slot.wait()
        timers.cancel(timer)
        if case .failure = outcome, !slot.wasTaken { gate.withLock { $0.noteAbandoned() } }
        timeout = max(.zero, end - timers.now)
        return outcome
    }

    /// False if the worker has gone.
    func send<W: Worker>(_ message: W.Message, as type: W.Type) throws -> Bool {
        try checkLease()
        switch change({ $0.admit(.local(TypedLetter<W>(message))) }) {
        case .now, .queued: return true
        case .full: throw overflow()
        case .gone: return false
        }
    }

    private func answer<Reply>(_ outcome: ReplySlot.Outcome) throws -> Reply? {
        switch outcome {
        case .reply(let reply): return reply as? Reply
        case .failure(let error): throw error
        case .elsewhere: return nil
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
