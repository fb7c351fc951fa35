import Logging
import Swarm
import SwarmCore
import Synchronization

/// What a client's thread shares with those who ask.
final class ClientLink: Sendable {
    enum Waiter {
        case reply(CheckedContinuation<ClientReply, any Error>)
        /// Every answer, until the time is over.
        case replies(AsyncThrowingStream<ClientReply, any Error>.Continuation)
        /// The broker's word that it has the message; false: no queue took it.
        case confirmation(CheckedContinuation<Bool, any Error>)
    }

    struct Job {
        var id: UInt64
        var message: ClientMessage
        var isPublication: Bool
        /// Milliseconds that are left at most: beyond, nobody wants it.
        var deadline: UInt64
    }

    private struct State {
        var nextID: UInt64 = 1
        var pending = PendingReplies<Waiter>()
        var jobs: [Job] = []
        var bytes = 0
        var isRunning = false
        var end: SwarmError?
        /// Why there is no connection just now.
        var outage: String? = "run() has not been called"
        var isBlocked = false
        var failures = 0
        var hasConnected = false
    }

    /// What may wait: beyond this a client is told to slow down.
    private static let limit = (questions: 100_000, bytes: 64 << 20)

    let cluster: String
    let logger: Logger
    let wake = WakeSignal()
    let stop = StopSignal()
    private let state = Mutex(State())

    init(cluster: String, logger: Logger) {
        self.cluster = cluster
        self.logger = logger
    }

    // MARK: For those who ask

    /// A number for a question; it is asked with `submit`.
    func reserve() -> UInt64 {
        state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
    }

    func submit(_ id: UInt64, _ message: ClientMessage, timeout: Duration, isPublication: Bool, _ waiter: Waiter) {
        let deadline = Uptime.nanoseconds() &+ UInt64(max(timeout, .zero) / .nanoseconds(1))
        let (refusal, isRunning) = state.withLock { state -> (SwarmError?, Bool) in
            if let end = state.end { return (end, true) }
            guard state.pending.count < Self.limit.questions, state.bytes + message.body.count <= Self.limit.bytes
            else {
                return (SwarmError(.overloaded, "Too many requests are under way: wait for answers."), true)
            }
            state.pending.add(id, waiter, deadline: deadline)
            state.jobs.append(Job(id: id, message: message, isPublication: isPublication, deadline: deadline))
            state.bytes += message.body.count
            return (nil, state.isRunning)
        }
        if let refusal { return waiter.fail(refusal) }
        wake.set()
        if isRunning { return }
        // Nobody looks at deadlines before `run`.
        Task {
            try await Task.sleep(for: timeout)
            self.expire()
        }
    }

    /// The one who asked has gone.
    func cancel(_ id: UInt64) {
        state.withLock { $0.pending.remove(id) }?.waiter.fail(CancellationError())
    }

    // MARK: For the thread

    func begin() -> Bool {
        state.withLock { state in
            guard !state.isRunning, state.end == nil else { return false }
            state.isRunning = true
            state.outage = "the connection is being made"
            return true
        }
    }

    /// All that waits to be sent.
    func takeJobs() -> [Job] {
        state.withLock { state in
            guard !state.isBlocked else { return [] }
            defer { (state.jobs, state.bytes) = ([], 0) }
            return state.jobs
        }
    }

    /// False if nobody waits for it any more.
    func markSent(_ id: UInt64) -> Bool { state.withLock { $0.pending.markSent(id) } }

    func reply(_ id: UInt64, _ reply: ClientReply) {
        let waiter = state.withLock { state -> Waiter? in
            switch state.pending.entry(id)?.waiter {
            case .reply: state.pending.remove(id)?.waiter
            case .replies(let stream): .replies(stream)
            case .confirmation, nil: nil
            }
        }
        switch waiter {
        case .reply(let continuation): continuation.resume(returning: reply)
        case .replies(let stream): stream.yield(reply)
        case .confirmation, nil: break
        }
    }

    func confirm(_ id: UInt64, isRouted: Bool) {
        guard case .confirmation(let continuation)? = state.withLock({ $0.pending.remove(id) })?.waiter else { return }
        continuation.resume(returning: isRouted)
    }

    func fail(_ id: UInt64, _ error: SwarmError) {
        state.withLock { $0.pending.remove(id) }?.waiter.fail(error)
    }

    func connected() {
        state.withLock { state in
            state.outage = nil
            state.hasConnected = true
        }
    }

    func setBlocked(_ isBlocked: Bool) {
        state.withLock { $0.isBlocked = isBlocked }
        if !isBlocked { wake.set() }
    }

    /// The broker refuses the client's user something. It does not say which message it means.
    func refused(_ refusal: BrokerRefusal) {
        let error = SwarmError(
            .unauthorized, "The broker's user may not do this (\(refusal)): give it the permission.",
            mayHaveExecuted: true)
        for entry in state.withLock({ $0.pending.takeSent() }) { entry.waiter.fail(error) }
    }

    /// What was on its way is lost, or answered to a queue that is gone. True if nothing has ever succeeded or failed
    /// before.
    func disconnected(_ reason: String) -> Bool {
        let (lost, isFirst) = state.withLock { state in
            state.outage = reason
            state.isBlocked = false
            defer { state.failures += 1 }
            return (state.pending.takeSent(), state.failures == 0 && !state.hasConnected)
        }
        let error = SwarmError(
            .uncertain, "The connection to the broker was lost before the answer came: ask what became of it.",
            mayHaveExecuted: true)
        for entry in lost { entry.waiter.fail(error) }
        return isFirst
    }

    /// Ends what has waited too long; gives the time of the next one.
    @discardableResult
    func expire() -> UInt64 {
        let now = Uptime.nanoseconds()
        let (expired, next, outage, isBlocked) = state.withLock { state in
            let expired = state.pending.nextDeadline <= now ? state.pending.expire(now: now) : []
            return (expired, state.pending.nextDeadline, state.outage, state.isBlocked)
        }
        for entry in expired {
            if case .replies(let stream) = entry.waiter, entry.isSent {
                stream.finish()
            } else if entry.isSent {
                entry.waiter.fail(
                    SwarmError(
                        .timeout, "No answer in time: no node of cluster '\(cluster)' may be ready, or it is busy.",
                        mayHaveExecuted: true))
            } else if let outage {
                entry.waiter.fail(SwarmError(.disconnected, "No connection to the broker in time: \(outage)."))
            } else {
                let reason = isBlocked ? "it is short of memory or disk space" : "it does not keep up"
                entry.waiter.fail(SwarmError(.timeout, "The broker took no message in time: \(reason)."))
            }
        }
        return next
    }

    /// No more questions.
    func end(_ error: SwarmError) {
        let all = state.withLock { state in
            state.end = error
            state.jobs = []
            return state.pending.takeAll()
        }
        for entry in all { entry.waiter.fail(error) }
    }
}

extension ClientLink.Waiter {
    func fail(_ error: any Error) {
        switch self {
        case .reply(let continuation): continuation.resume(throwing: error)
        case .replies(let stream): stream.finish(throwing: error)
        case .confirmation(let continuation): continuation.resume(throwing: error)
        }
    }
}
