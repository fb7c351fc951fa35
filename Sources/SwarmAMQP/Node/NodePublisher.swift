import Logging
import Swarm
import SwarmCore

/// The publishing connection of a node, on a thread of its own: sends what waits, the most urgent first, and reads
/// returns and alarms between any two messages.
///
/// While the broker takes no messages (memory or disk alarm) nothing is sent, heartbeats neither: they would only pile
/// up in the socket and arrive as lies. What waits is kept within the limits of ``OutboundQueue``, of the heartbeats
/// the newest. While the consuming connection is down, and with it the lock of the node's name, nothing is sent either.
final class NodePublisher: ConnectionRole {
    private static let channel: UInt16 = 1
    /// Prefix of the message ids that come back in `.returned`.
    private static let returnPrefix = "r"
    /// How many messages go out before drops are told of and so on.
    private static let messagesAtOnce = 1_024
    private static let flushTime: Duration = .seconds(1)

    let label = "publisher"
    private let link: NodeLink
    private let connections: ConnectionContext
    private let reporter: FailureReporter
    private var session: BrokerSession?
    private var isBlocked = false
    private var isProbeReturned = false
    private var refusals = LogLimiter()

    init(_ link: NodeLink, _ connections: ConnectionContext, reporter: FailureReporter) {
        self.link = link
        self.connections = connections
        self.reporter = reporter
    }

    func serve(_ connection: BrokerConnection) throws(ConnectionFailure) {
        let session = BrokerSession(
            connection, options: connections.options, wake: link.publisherWake, stop: link.stop
        ) { [unowned self] event throws(ConnectionFailure) in
            try handle(event)
        }
        self.session = session
        defer { self.session = nil }
        try session.openChannel(Self.channel)
        link.consumerNudge.set()
        link.gate.publisherReady()
        reporter.connected()
        while !link.stop.isSet {
            try answerProbe(session)
            let waits = link.gate.canPublish ? try sendAvailable(connection, session) : false
            link.reportDropped()
            try session.run(for: .seconds(1), orCanWrite: waits)
        }
        try flush(connection, session)
        session.close()
    }

    func failed(_ failure: ConnectionFailure) -> Bool {
        if isBlocked {
            isBlocked = false
            link.gate.send(.unblocked)
        }
        return reporter.report(failure, of: .publisher)
    }

    var nudge: WakeSignal { link.publisherNudge }

    func idle() { link.reportDropped() }

    /// Sends what waits. True if the socket is full, so that it has to be waited for.
    private func sendAvailable(
        _ connection: BrokerConnection, _ session: BrokerSession
    ) throws(ConnectionFailure) -> Bool {
        for _ in 0..<Self.messagesAtOnce {
            let (canRead, canWrite) = Poll.state(of: connection.fileDescriptor)
            if canRead { _ = try session.readAvailable() }
            if isBlocked { return false }
            if !canWrite { return true }
            guard let frame = link.pop() else { return false }
            try publish(frame, connection)
        }
        return true
    }

    private func publish(_ frame: OutboundFrame, _ connection: BrokerConnection) throws(ConnectionFailure) {
        let (exchange, key) =
            switch frame.destination {
            case .exchange(let exchange, let key): (exchange.name(in: link.context.cluster), key)
            case .queue(let queue): ("", queue)
            }
        let properties = MessageProperties(
            contentType: frame.contentType, correlationID: frame.correlationID, replyTo: frame.replyTo,
            expiration: frame.expiration, messageID: frame.returnID.map { Self.returnPrefix + String($0) },
            headers: frame.headers)
        do throws(ConnectionFailure) {
            try connection.publish(
                frame.body, exchange: exchange, key: key, mandatory: frame.returnID != nil, properties: properties,
                on: Self.channel)
            link.metrics.published(frame.lane)
        } catch {
            link.countDropped(frame.lane)
            guard case .unsendable(let reason) = error else { throw error }
            log(.error, "A message cannot be sent: \(reason)", key: key)
        }
    }

    private func handle(_ event: SessionEvent) throws(ConnectionFailure) {
        switch event {
        case .message(let message), .oversized(let message):
            guard case .returned = message.origin else { return }
            handleReturn(message.properties)
        case .blocked(let reason):
            isBlocked = true
            link.metrics.count(.blocked)
            link.context.logger.notice(
                "The broker takes no messages until its alarm is over; free memory or disk space there.",
                metadata: [AMQPLoggingKey.reason: "\(reason)"])
            link.gate.send(.blocked(reason))
        case .unblocked:
            isBlocked = false
            link.context.logger.notice("The broker takes messages again.")
            link.gate.send(.unblocked)
        case .channelClosed(let channel, let refusal):
            try reopen(channel, refusal)
        case .confirmed, .consumerCancelled: break
        }
    }

    private func handleReturn(_ properties: MessageProperties) {
        guard let id = properties.messageID else { return }
        if id == NameProbeMessage.id {
            isProbeReturned = true
        } else if id.hasPrefix(Self.returnPrefix), let number = UInt64(id.dropFirst(Self.returnPrefix.utf8.count)) {
            link.metrics.count(.returned)
            link.gate.send(.returned(id: number))
        }
    }

    /// The broker closes the channel over a message that it does not take. What was on the way behind it is lost.
    private func reopen(_ channel: UInt16, _ refusal: BrokerRefusal) throws(ConnectionFailure) {
        switch refusal.code {
        case BrokerRefusal.notFound:
            log(.warning, "An exchange of the cluster is gone; declaring all anew.", reason: refusal)
            link.restartConsumer()
        case BrokerRefusal.accessRefused:
            log(.error, "The broker's user may not publish; give it write permission.", reason: refusal)
        default:
            log(.error, "The broker refused a message.", reason: refusal)
        }
        // Not within the call that was interrupted: the answer is read there.
        try session?.connection.send(.openChannel, on: channel)
    }

    private func log(_ level: Logger.Level, _ text: Logger.Message, key: String? = nil, reason: BrokerRefusal? = nil) {
        guard let kept = refusals.admit(now: Uptime.nanoseconds()) else { return }
        var metadata: Logger.Metadata = [AMQPLoggingKey.count: "\(kept + 1)"]
        if let key { metadata[AMQPLoggingKey.key] = "\(key)" }
        if let reason { metadata[AMQPLoggingKey.reason] = "\(reason)" }
        link.context.logger.log(level: level, text, metadata: metadata)
    }

    /// Asks for the consumer whether anybody takes messages for the name. A second method on the channel is answered
    /// only after a return would have come.
    private func answerProbe(_ session: BrokerSession) throws(ConnectionFailure) {
        guard link.nameProbe.isAsked else { return }
        guard !isBlocked else { return link.nameProbe.answer(nil) }
        isProbeReturned = false
        let context = link.context
        try session.connection.publish(
            NameProbeMessage.body, exchange: TransportExchange.direct.name(in: context.cluster),
            key: TransportKey.holder(of: context.node.name), mandatory: true,
            properties: MessageProperties(messageID: NameProbeMessage.id, type: NameProbeMessage.type),
            on: Self.channel)
        do throws(ConnectionFailure) {
            try session.call(.prefetch(0), on: Self.channel, timeout: .seconds(2))
            link.nameProbe.answer(!isProbeReturned)
        } catch .channelClosed(let channel, let refusal) {
            link.nameProbe.answer(nil)
            try reopen(channel, refusal)
        } catch .timedOut {
            link.nameProbe.answer(nil)
        }
    }

    /// The last messages, if they go out quickly.
    private func flush(_ connection: BrokerConnection, _ session: BrokerSession) throws(ConnectionFailure) {
        let deadline = ContinuousClock.now + Self.flushTime
        while link.gate.canPublish, link.hasOutbound, !isBlocked, .now < deadline {
            let waits = try sendAvailable(connection, session)
            if waits { try session.run(for: .milliseconds(50), orCanWrite: true) }
        }
        link.reportDropped()
    }
}

/// The message that asks whether a name is in use; whoever holds the name ignores it.
enum NameProbeMessage {
    static let id = "name-probe"
    static let type = "swarm.name-probe"
    static let body: [UInt8] = []
}
