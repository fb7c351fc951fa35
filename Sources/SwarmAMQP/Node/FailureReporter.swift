import Logging
import Swarm
import Synchronization

/// Decides what a failure of one of the two connections means, logs it, and ends the run where retrying is of no use.
final class FailureReporter: Sendable {
    private struct State {
        var limiter = LogLimiter(period: .seconds(30))
        var lastReason = ""
    }

    private let link: NodeLink
    private let endpoint: AMQPEndpoint
    private let completion: RunCompletion
    private let state = Mutex(State())

    init(_ link: NodeLink, endpoint: AMQPEndpoint, completion: RunCompletion) {
        self.link = link
        self.endpoint = endpoint
        self.completion = completion
    }

    /// False if there is no point in going on.
    func report(_ failure: ConnectionFailure, of side: EventGate.Side) -> Bool {
        if link.stop.isSet { return false }
        let reason = "\(failure)"
        let isFirstAttempt = link.gate.lost(side, reason: reason)
        if let error = failure.permanentError(endpoint: endpoint, hasConnectedBefore: !isFirstAttempt) {
            completion.fail(error)
            link.stopAll()
            return false
        }
        let isLoud = state.withLock { state in
            defer { state.lastReason = reason }
            if state.lastReason != reason { state.limiter = LogLimiter(period: .seconds(30)) }
            return state.limiter.admit(now: Uptime.nanoseconds()) != nil
        }
        link.context.logger.log(
            level: isLoud ? .notice : .debug, "No connection to the broker; trying again.",
            metadata: [
                AMQPLoggingKey.broker: "\(endpoint)", AMQPLoggingKey.connection: "\(side)",
                AMQPLoggingKey.reason: "\(reason)",
            ])
        return true
    }

    /// The broker took the connection: the next failure is news again.
    func connected() { state.withLock { $0.lastReason = "" } }
}
