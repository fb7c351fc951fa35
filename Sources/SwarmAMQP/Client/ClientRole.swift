import Logging
import Swarm
import SwarmCore

/// The connection of a client, on a thread of its own: asks, publishes, and takes answers from a queue of its own.
final class ClientRole: ConnectionRole {
    /// Questions, and their answers.
    private static let requests: UInt16 = 1
    /// Publications, which the broker confirms.
    private static let publications: UInt16 = 2
    private static let setup: UInt16 = 3
    private static let answerLimit: Int64 = 100_000

    let label = "client"
    let nudge = WakeSignal()
    private let link: ClientLink
    private let connections: ConnectionContext
    private let completion: RunCompletion
    private var jobs: [ClientLink.Job] = []
    /// Publications that the broker has not confirmed yet, by their number on the channel.
    private var unconfirmed: [UInt64: (id: UInt64, isRouted: Bool)] = [:]
    private var lastConfirmed: UInt64 = 0
    private var lastPublished: UInt64 = 0
    /// Exchanges that are there.
    private var known: Set<TransportExchange> = []
    private var logs = LogLimiter(period: .seconds(30))

    init(_ link: ClientLink, _ connections: ConnectionContext, _ completion: RunCompletion) {
        self.link = link
        self.connections = connections
        self.completion = completion
    }

    func serve(_ connection: BrokerConnection) throws(ConnectionFailure) {
        (unconfirmed, lastConfirmed, lastPublished, known) = ([:], 0, 0, [])
        let session = BrokerSession(connection, options: connections.options, wake: link.wake, stop: link.stop) {
            [unowned self] event throws(ConnectionFailure) in try handle(event)
        }
        let queue = try setUp(session)
        link.connected()
        while !link.stop.isSet {
            try sendAvailable(session, replyTo: queue)
            let next = link.expire()
            let now = Uptime.nanoseconds()
            let wait = Duration.nanoseconds(Int64(clamping: next > now ? next - now : 0))
            try session.run(for: min(.seconds(5), wait), orCanWrite: !jobs.isEmpty)
        }
        session.close()
    }

    func failed(_ failure: ConnectionFailure) -> Bool {
        guard failure != .stopped else { return !link.stop.isSet }
        let isFirstAttempt = link.disconnected("\(failure)")
        link.expire()
        if let error = failure.permanentError(endpoint: connections.endpoint, hasConnectedBefore: !isFirstAttempt) {
            completion.fail(error)
            link.stop.set()
            return false
        }
        link.logger.log(
            level: logs.admit(now: Uptime.nanoseconds()) != nil ? .notice : .debug,
            "No connection to the broker; trying again.",
            metadata: [
                AMQPLoggingKey.broker: "\(connections.endpoint)", AMQPLoggingKey.reason: "\(failure)",
            ])
        return true
    }

    func idle() { link.expire() }

    private func setUp(_ session: BrokerSession) throws(ConnectionFailure) -> String {
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        let queue = QueueDeclaration(
            name: "swarm.\(link.cluster).client.\(name)", exclusive: true,
            arguments: [("x-max-length", .number(Self.answerLimit))])
        try session.openChannel(Self.requests)
        try session.openChannel(Self.publications)
        try session.openChannel(Self.setup)
        do throws(ConnectionFailure) {
            try session.call(.declareQueue(queue), on: Self.setup)
            try session.call(.consume(queue: queue.name, tag: "answers", acknowledges: false), on: Self.requests)
        } catch .channelClosed(_, let refusal) where refusal.code == BrokerRefusal.accessRefused {
            throw .refused(refusal)
        }
        try session.call(.selectConfirms, on: Self.publications)
        return queue.name
    }

    // MARK: Sending

    private func sendAvailable(_ session: BrokerSession, replyTo queue: String) throws(ConnectionFailure) {
        if jobs.isEmpty { jobs = link.takeJobs().reversed() }
        while let job = jobs.popLast() {
            let (canRead, canWrite) = Poll.state(of: session.connection.fileDescriptor)
            if canRead { _ = try session.readAvailable() }
            guard canWrite else {
                jobs.append(job)
                return
            }
            guard try isThere(job.message.exchange, session) else {
                link.fail(
                    job.id,
                    SwarmError(
                        .disconnected,
                        "No node of cluster '\(link.cluster)' answers: start one, or check the cluster's name."))
                continue
            }
            guard link.markSent(job.id) else { continue }
            try send(job, session, replyTo: queue)
        }
    }

    private func send(
        _ job: ClientLink.Job, _ session: BrokerSession, replyTo queue: String
    ) throws(ConnectionFailure) {
        var properties = MessageProperties(contentType: job.message.contentType, headers: job.message.headers)
        properties.messageID = String(job.id)
        if !job.isPublication {
            properties.correlationID = String(job.id)
            properties.replyTo = queue
            // No node should take it up when nobody waits any more.
            let now = Uptime.nanoseconds()
            let rest = job.deadline > now ? (job.deadline - now) / 1_000_000 : 0
            properties.expiration = UInt32(clamping: rest)
        }
        do throws(ConnectionFailure) {
            try session.connection.publish(
                job.message.body, exchange: job.message.exchange.name(in: link.cluster), key: job.message.key,
                mandatory: true, properties: properties, on: job.isPublication ? Self.publications : Self.requests)
        } catch .unsendable(let reason) {
            return link.fail(job.id, SwarmError(.invalidArgument, "The message cannot be sent: \(reason)."))
        }
        if job.isPublication {
            lastPublished += 1
            unconfirmed[lastPublished] = (job.id, true)
        }
    }

    /// Asks the broker once for each exchange: a message to one that does not exist would end the channel.
    private func isThere(_ exchange: TransportExchange, _ session: BrokerSession) throws(ConnectionFailure) -> Bool {
        if known.contains(exchange) { return true }
        do throws(ConnectionFailure) {
            try session.call(.declareExchange(exchange.name(in: link.cluster), passive: true), on: Self.setup)
        } catch .channelClosed(_, let refusal) {
            try session.openChannel(Self.setup)
            if refusal.code == BrokerRefusal.notFound { return false }
        }
        known.insert(exchange)
        return true
    }

    // MARK: Receiving

    private func handle(_ event: SessionEvent) throws(ConnectionFailure) {
        switch event {
        case .message(let message): receive(message)
        case .oversized(let message):
            guard let id = message.properties.correlationID.flatMap({ UInt64($0) }) else { return }
            link.fail(id, SwarmError(.tooLarge, "The answer is larger than maximumMessageSize.", mayHaveExecuted: true))
        case .confirmed(Self.publications, let tag, let multiple, let isPositive):
            for tag in (multiple ? lastConfirmed + 1 : tag)...max(tag, lastConfirmed + 1) {
                guard let (id, isRouted) = unconfirmed.removeValue(forKey: tag) else { continue }
                if isPositive {
                    link.confirm(id, isRouted: isRouted)
                } else {
                    link.fail(id, SwarmError(.overloaded, "The broker did not take the message: try again."))
                }
            }
            while lastConfirmed < lastPublished, unconfirmed[lastConfirmed + 1] == nil { lastConfirmed += 1 }
        case .confirmed: break
        case .blocked: link.setBlocked(true)
        case .unblocked: link.setBlocked(false)
        case .channelClosed(_, let refusal):
            // Of what was on its way on the channel nothing is known any more.
            if refusal.code == BrokerRefusal.accessRefused { link.refused(refusal) }
            throw .lost("the broker closed a channel: \(refusal)")
        case .consumerCancelled: throw .lost("the queue of answers was deleted")
        }
    }

    private func receive(_ message: BrokerMessage) {
        switch message.origin {
        case .delivered:
            guard let id = message.properties.correlationID.flatMap({ UInt64($0) }) else { return }
            link.reply(
                id,
                ClientReply(
                    body: message.body, contentType: message.properties.contentType,
                    headers: message.properties.headers, userID: message.properties.userID))
        case .returned where message.channel == Self.publications:
            // The confirmation follows; what came back has the number in its message id.
            guard let id = message.properties.messageID.flatMap({ UInt64($0) }) else { return }
            for (tag, entry) in unconfirmed where entry.id == id { unconfirmed[tag]?.isRouted = false }
        case .returned:
            guard let id = message.properties.messageID.flatMap({ UInt64($0) }) else { return }
            link.fail(
                id,
                SwarmError(
                    .disconnected,
                    "No node of cluster '\(link.cluster)' answers: start one, or check the cluster's name."))
        }
    }
}
