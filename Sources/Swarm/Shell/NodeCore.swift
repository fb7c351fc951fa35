package import Logging
import Metrics
package import SwarmCore
import Tracing

/// What a node is made of, and what workers and their references reach of it.
///
/// Everything here may be called from any thread at any time, before, during and after `run`; only `run` waits.
package final class NodeCore: NodeServices, Sendable {
    package let configuration: SwarmConfiguration
    package let node: NodeID
    package let logger: Logger
    package let runtime: WorkerRuntime
    let description: MemberDescription
    let metrics: NodeMetrics
    let lifecycle = NodeLifecycle()
    let published = Published()
    let pending: PendingRequests
    let queue: InputQueue
    let events: EventBroadcaster
    let transport: any NodeTransport
    let rules: NameRules
    let groups: GroupLane
    let inbox: Inbox
    let gateway: RequestGateway
    let returnable = ReturnableFrames()
    let coder: LimitedCoder

    init(
        configuration: SwarmConfiguration, transport: any Transport, workers: [any Worker.Type], logger: Logger
    ) throws {
        let kinds = Set(workers.map { $0.kind }).sorted()
        try configuration.validate(kinds: kinds)
        let node = NodeID(name: configuration.name, incarnation: WallClock.now())
        var logger = logger
        logger[metadataKey: LoggingKeys.node] = "\(node.name)"
        logger[metadataKey: LoggingKeys.incarnation] = "\(node.incarnation)"
        logger[metadataKey: LoggingKeys.cluster] = "\(configuration.cluster)"
        let limits = configuration.limits
        let trust = TrustFilter(
            clusterUsers: configuration.trust.clusterUsers, outsidePermissions: configuration.trust.outsidePermissions)

        self.configuration = configuration
        self.node = node
        self.logger = logger
        description = MemberDescription(
            node: node, kinds: kinds, weight: UInt32(configuration.weight), roles: configuration.roles,
            isClient: configuration.isClient)
        let factory = configuration.metricsFactory ?? MetricsSystem.factory
        metrics = NodeMetrics(cluster: configuration.cluster, node: node.name, factory: factory)
        rules = try NameRules(allow: configuration.trust.allow, deny: configuration.trust.deny)
        coder = LimitedCoder(configuration.coder, limit: limits.messageBytes)
        events = EventBroadcaster(limit: limits.events)
        pending = PendingRequests(node: node)
        let queue = InputQueue(
            limits: InputQueue.Limits(
                networkInputs: limits.networkInputs, networkBytes: limits.networkBytes, requests: limits.requests))
        self.queue = queue
        self.transport = transport.makeNodeTransport(
            TransportContext(
                cluster: configuration.cluster, node: node, isClient: configuration.isClient, logger: logger))
        runtime = try WorkerRuntime(
            node: node, kinds: workers, configuration: configuration.runtime, logger: logger,
            metrics: WorkerMetrics(
                dimensions: [("cluster", configuration.cluster), ("node", node.name)], factory: factory)
        ) { queue.push(.worker(Self.routable($0))) }
        groups = GroupLane(limit: limits.groupBindings, transport: self.transport, queue: queue)
        gateway = RequestGateway(
            configuration: configuration, trust: trust, transport: self.transport, metrics: metrics, logger: logger)
        inbox = Inbox(
            node: node, queue: queue, transport: self.transport, groups: groups,
            fanOut: GroupFanOut(node: node, groups: groups, published: published, runtime: runtime, metrics: metrics),
            gateway: gateway, returnable: returnable, trust: trust, rules: rules, metrics: metrics, logger: logger)
        runtime.attach(self)
    }

    /// A message whose worker ended before it saw it may find it again: the tracker, which hears of the end in a moment,
    /// asks where the name is started again, or says that it is gone.
    private static func routable(_ signal: WorkerSignal) -> WorkerSignal {
        guard case .answered(let id, .failure(let failure)) = signal, failure.code == .stopped, !failure.mayHaveExecuted
        else { return signal }
        return .answered(id, .failure(Failure(.notReady, failure.message)))
    }

    package var defaultTimeout: Duration { configuration.timeouts.request }

    // MARK: Reading

    package func claim(of name: String) -> Claim? { published.claim(of: name) }

    package func registrations(prefix: String) -> [Claim] { published.view.claims(prefix: prefix) }

    package func members(of group: String) -> [Claim] { published.view.members(of: group) }

    // MARK: Requests

    package func perform(_ body: RequestBody, timeout: Duration) async throws -> ReplyBody {
        guard case .deliver(let name, _, let oneWay) = body else {
            return try await request(timeout) { .request($0, body, timeout: $1) }
        }
        return try await withSpan(oneWay ? "swarm.send" : "swarm.call", ofKind: .client) { span in
            span.attributes["swarm.name"] = name
            return try await request(timeout) { .request($0, body, timeout: $1) }
        }
    }

    package func perform(_ body: RequestBody, asWorker workerID: UInt64, timeout: Duration) async throws -> ReplyBody {
        try await request(timeout) { .worker(.asks(workerID: workerID, $0, body, timeout: $1)) }
    }

    /// Sends a request through the tracker; `input` makes it of an id and the timeout in microseconds.
    func request(_ timeout: Duration, _ input: (RequestID, UInt64) -> Input) async throws -> ReplyBody {
        try lifecycle.check()
        let id = pending.makeID()
        let input = input(id, try Self.checked(timeout))
        return try await pending.wait(for: id, until: .now + timeout + Self.answerSlack) {
            switch queue.offer(request: input) {
            case .accepted: nil
            case .full:
                Failure(.overloaded, "\(configuration.limits.requests) requests wait for the tracker. Slow down.")
            case .closed: NodeLifecycle.stopped
            }
        } cancel: { [queue] in
            queue.push(.cancel(id))
        }
    }

    /// The tracker ends what takes too long; who has no answer so long after that is let go without one.
    private static let answerSlack: Duration = .seconds(1)

    private static func checked(_ timeout: Duration) throws -> UInt64 {
        guard timeout > .zero, timeout <= .seconds(365 * 24 * 3_600) else {
            throw SwarmError(.invalidArgument, "The timeout is \(timeout); use more than nothing and less than a year.")
        }
        return timeout.microseconds
    }

    // MARK: Messages to groups

    package func publish(_ payload: [UInt8], to group: String) throws {
        try publish(payload, to: group, contentType: configuration.coder.contentType)
    }

    func publish(_ payload: [UInt8], to group: String, contentType: String) throws {
        try lifecycle.check()
        do {
            try Naming.checkGroup(group)
            try coder.check(payload, "message")
        } catch {
            throw SwarmError(error)
        }
        try withSpan("swarm.publish", ofKind: .producer) { span in
            span.attributes["messaging.system"] = "rabbitmq"
            span.attributes["messaging.destination.name"] = group
            var headers: [String: String] = [:]
            InstrumentationSystem.instrument.inject(span.context, into: &headers, using: HeaderInjector())
            let frame = OutboundFrame(
                to: .exchange(.groups, key: group), lane: .group, body: payload, contentType: contentType,
                headers: headers)
            guard publish(frame) else {
                throw SwarmError(.overloaded, "More messages wait for the broker than the lane holds. Slow down.")
            }
        }
    }

    /// False if the lane is full and the frame is lost.
    @discardableResult
    func publish(_ frame: OutboundFrame) -> Bool {
        guard transport.publish(frame) else {
            metrics.drop(.outputFull)
            return false
        }
        metrics.framesOut.increment()
        metrics.bytesOut.increment(by: frame.body.count)
        return true
    }
}

extension Duration {
    /// Rounded up; nothing below zero.
    var microseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) * 1_000_000 + UInt64((attoseconds + 999_999_999_999) / 1_000_000_000_000)
    }
}
