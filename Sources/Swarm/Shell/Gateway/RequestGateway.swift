import Logging
import Metrics
import SwarmCore
import Synchronization

/// Answers requests that come from outside of the cluster through the shared queue, as JSON.
///
/// A request is acknowledged before it is executed: it is executed at most once, and one that comes again is answered
/// `uncertain`, unless executing it twice does no harm. No more than `limit` are under way; one more is answered
/// `overloaded`.
final class RequestGateway: Sendable {
    private let limit: Int
    private let messageLimit: Int
    private let defaultTimeout: Duration
    private let trust: TrustFilter
    private let transport: any NodeTransport
    private let metrics: NodeMetrics
    private let logger: Logger
    private let limiter = LogLimiter()
    private let underWay = Mutex(0)
    private let accepted: AsyncStream<InboundFrame>
    private let intake: AsyncStream<InboundFrame>.Continuation

    init(
        configuration: SwarmConfiguration, trust: TrustFilter, transport: any NodeTransport, metrics: NodeMetrics,
        logger: Logger
    ) {
        limit = configuration.limits.outsideRequests
        messageLimit = configuration.limits.messageBytes
        defaultTimeout = configuration.timeouts.request
        self.trust = trust
        self.transport = transport
        self.metrics = metrics
        self.logger = logger
        // Never fuller than `limit`: a place is taken before a frame goes in.
        (accepted, intake) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// A frame of the request lane, on the transport's thread.
    func accept(_ frame: InboundFrame) {
        metrics.outsideRequests.increment()
        if let receipt = frame.receipt { transport.acknowledge(receipt) }
        let hasPlace = underWay.withLock { underWay in
            guard underWay < limit else { return false }
            underWay += 1
            return true
        }
        guard hasPlace else {
            return refuse(
                frame, SwarmError(.overloaded, "This node works on \(limit) requests. Try again in a moment."))
        }
        if case .terminated = intake.yield(frame) { leave() }
    }

    /// Takes nothing more. `run` returns when what is under way has been answered.
    func finish() { intake.finish() }

    /// Executes what was accepted, until ``finish()`` or until the task is cancelled.
    func run(_ core: NodeCore) async {
        await withDiscardingTaskGroup { group in
            for await frame in accepted {
                group.addTask {
                    await self.execute(frame, core)
                    self.leave()
                }
            }
        }
        intake.finish()
    }

    private func leave() { underWay.withLock { $0 -= 1 } }

    private func execute(_ frame: InboundFrame, _ core: NodeCore) async {
        do {
            let request = try OutsideRequest(frame, defaultTimeout: defaultTimeout, messageLimit: messageLimit)
            guard trust.permissions(of: frame.userID).contains(request.operation.permission) else {
                throw SwarmError(
                    .unauthorized,
                    "User '\(frame.userID ?? "none")' may not '\(request.operation.rawValue)'; it needs the permission "
                        + "'\(request.operation.permission)'.")
            }
            guard !frame.isRedelivered || request.operation.isRepeatable else {
                throw SwarmError(
                    .uncertain,
                    "The node that took this request first is gone; look whether it was executed before you repeat it.",
                    mayHaveExecuted: true)
            }
            let deadline = ContinuousClock.now + request.timeout + Self.answerSlack
            try await OutsideExecution(core: core, request: request) {
                try await self.answer(frame, $0, until: deadline)
            }.run()
        } catch {
            refuse(frame, error)
        }
    }

    private func refuse(_ frame: InboundFrame, _ error: any Error) {
        metrics.outsideRefused.increment()
        if let error = error as? SwarmError, error.code == .unauthorized,
            let heldBack = limiter.admit(frame.userID ?? "", now: UptimeClock.now())
        {
            logger.warning(
                "a request from outside was refused",
                metadata: [
                    LoggingKeys.user: "\(frame.userID ?? "none")", LoggingKeys.operation: "\(frame.key.prefix(40))",
                    LoggingKeys.count: "\(heldBack)",
                ])
        }
        if !answer(frame, OutsideAnswer.failure(error)) { metrics.drop(.outputFull) }
    }

    /// A long answer waits for room in the lane; it is given up so long after the time its asker waits.
    private static let answerSlack: Duration = .seconds(1)
    private static let answerPause: Duration = .milliseconds(10)

    private func answer(_ frame: InboundFrame, _ body: [UInt8], until deadline: ContinuousClock.Instant) async throws {
        while !answer(frame, body) {
            guard ContinuousClock.now < deadline else {
                throw SwarmError(.overloaded, "The answer found no room on its way out. Ask for less.")
            }
            try await Task.sleep(for: Self.answerPause)
        }
    }

    /// False if there is no room. Who gave no queue to answer to does not wait for an answer.
    private func answer(_ frame: InboundFrame, _ body: [UInt8]) -> Bool {
        guard let queue = frame.replyTo, !queue.isEmpty else { return true }
        return transport.publish(
            OutboundFrame(
                to: .queue(queue), lane: .request, body: body, contentType: "application/json",
                correlationID: frame.correlationID))
    }
}
