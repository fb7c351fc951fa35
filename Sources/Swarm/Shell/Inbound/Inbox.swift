import Logging
import Metrics
import SwarmCore
import SwarmWire
import Synchronization

/// Takes what the transport brings, on the transport's own thread: judges, decodes and passes on. Never waits.
final class Inbox: Sendable {
    private let node: NodeID
    private let queue: InputQueue
    private let transport: any NodeTransport
    private let groups: GroupLane
    private let fanOut: GroupFanOut
    private let gateway: RequestGateway
    private let returnable: ReturnableFrames
    private let trust: TrustFilter
    private let rules: NameRules
    private let metrics: NodeMetrics
    private let logger: Logger
    private let limiter = LogLimiter()
    private let assembler = Mutex(Assembler())

    init(
        node: NodeID, queue: InputQueue, transport: any NodeTransport, groups: GroupLane, fanOut: GroupFanOut,
        gateway: RequestGateway, returnable: ReturnableFrames, trust: TrustFilter, rules: NameRules,
        metrics: NodeMetrics, logger: Logger
    ) {
        self.node = node
        self.queue = queue
        self.transport = transport
        self.groups = groups
        self.fanOut = fanOut
        self.gateway = gateway
        self.returnable = returnable
        self.trust = trust
        self.rules = rules
        self.metrics = metrics
        self.logger = logger
    }

    func handle(_ event: TransportEvent) {
        switch event {
        case .connected(let queue):
            logger.info("connected to the broker")
            metrics.connected.record(1)
            self.queue.push(.connected(queue: queue))
        case .disconnected(let reason):
            logger.warning("no connection to the broker", metadata: [LoggingKeys.reason: "\(reason)"])
            metrics.connected.record(0)
            returnable.forget()
            queue.push(.disconnected)
        case .blocked(let reason):
            logger.warning(
                "the broker has stopped reading from this node", metadata: [LoggingKeys.reason: "\(reason)"])
            queue.push(.blocked(true))
        case .unblocked:
            logger.notice("the broker reads from this node again")
            queue.push(.blocked(false))
        case .received(let frame): receive(frame)
        case .returned(let id): takeBack(id)
        case .bound(.group(let pattern)): groups.bound(pattern)
        case .bound(.heartbeats): break
        case .dropped(let lane, let count):
            metrics.drop(.transport, count: count)
            note("dropped-\(lane)", .warning, "the transport dropped frames of the \(lane) lane")
        }
    }

    /// Nobody has what a frame said that came back.
    private func takeBack(_ id: UInt64) {
        guard let requests = returnable.take(id) else {
            queue.push(.probeReturned(nonce: id))
            return
        }
        for request in requests { queue.push(.returned(request)) }
    }

    private func receive(_ frame: InboundFrame) {
        metrics.framesIn.increment()
        metrics.bytesIn.increment(by: frame.body.count)
        switch frame.lane {
        case .request: return gateway.accept(frame)
        case .group:
            if frame.exchange == .groups { fanOut.deliver(frame) } else { refuse(frame, .untrusted) }
        case .heartbeat, .control: receiveFromNode(frame)
        }
        if let receipt = frame.receipt { transport.acknowledge(receipt) }
    }

    private func receiveFromNode(_ frame: InboundFrame) {
        guard trust.admits(frame) else { return refuse(frame, .untrusted) }
        let decoded: Frame
        do {
            guard let complete = try decode(frame.body) else { return }
            decoded = complete
        } catch WireError.oversized(let bytes) {
            return refuse(frame, .oversized, WireError.oversized(bytes: bytes))
        } catch {
            return refuse(frame, .unreadable, error)
        }
        if decoded.skipped > 0 { metrics.drop(.unknown, count: decoded.skipped) }
        let sender = decoded.sender
        let inputs = decoded.messages.compactMap { message -> Input? in
            // Of what this node says to all it hears only the own heartbeat: it proves that the broker works.
            if sender.node == node, !message.isHeartbeat { return nil }
            guard trust.admits(message, through: frame.exchange) else {
                refuse(frame, .untrusted)
                return nil
            }
            return .received(message, from: sender)
        }
        guard sender.node.name == node.name || rules.allows(sender.node.name) else {
            return metrics.drop(.excluded)
        }
        guard !inputs.isEmpty else { return }
        let admission = queue.offer(network: inputs, bytes: frame.body.count, isHeartbeat: frame.lane == .heartbeat)
        if admission == .full {
            metrics.drop(.inputFull)
            note("input-full", .warning, "frames were dropped: this node is overloaded")
        }
    }

    /// The frame, or nil while parts of it are missing.
    private func decode(_ body: [UInt8]) throws -> Frame? {
        if body.first == WireCodec.firstByte { return try WireCodec.decode(body) }
        let now = Instant(uptime: UptimeClock.now(), wall: WallClock.now())
        let whole = try assembler.withLock { try $0.accept(body, now: now) }
        return try whole.map { try WireCodec.decode($0) }
    }

    private func refuse(_ frame: InboundFrame, _ reason: NodeMetrics.Drop, _ error: (any Error)? = nil) {
        metrics.drop(reason)
        var metadata: Logger.Metadata = [
            LoggingKeys.key: "\(frame.key.prefix(100))", LoggingKeys.user: "\(frame.userID ?? "none")",
            LoggingKeys.exchange: "\(frame.exchange?.rawValue ?? "default")",
        ]
        if let error { metadata[LoggingKeys.reason] = "\(error)" }
        let subject = "\(reason.rawValue)/\(frame.userID ?? "")/\(frame.exchange?.rawValue ?? "")/\(frame.key)"
        note(
            subject, .warning, error == nil ? "a frame came from who may not send it" : "a frame is unreadable",
            metadata)
    }

    private func note(_ subject: String, _ level: Logger.Level, _ text: String, _ metadata: Logger.Metadata = [:]) {
        guard let heldBack = limiter.admit(subject, now: UptimeClock.now()) else { return }
        var metadata = metadata
        if heldBack > 0 { metadata[LoggingKeys.count] = "\(heldBack)" }
        logger.log(level: level, "\(text)", metadata: metadata)
    }
}

extension Message {
    fileprivate var isHeartbeat: Bool {
        if case .heartbeat = self { return true }
        return false
    }
}
