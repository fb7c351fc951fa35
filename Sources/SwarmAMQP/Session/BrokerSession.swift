/// What a broker says on its own account during a session.
enum SessionEvent {
    case message(BrokerMessage)
    /// A message larger than the limit was read and forgotten; an acknowledgement may still be owed.
    case oversized(BrokerMessage)
    case confirmed(channel: UInt16, tag: UInt64, multiple: Bool, isPositive: Bool)
    case consumerCancelled(channel: UInt16, tag: String)
    case channelClosed(UInt16, BrokerRefusal)
    case blocked(String)
    case unblocked
}

/// One connection at work, on the thread that owns it: waits, dispatches all that arrives at once, and matches answers
/// to what was asked, so that nothing is queued aside and no wait is without limit.
final class BrokerSession {
    let connection: BrokerConnection
    private let wake: WakeSignal
    private let stop: StopSignal
    private let replyTimeout: Duration
    private let handle: (SessionEvent) throws(ConnectionFailure) -> Void
    private var assembler: MessageAssembler
    /// What is waited for, one at a time, and its answer.
    private var awaited: (channel: UInt16, method: BrokerMethod)?
    private var answer: Result<BrokerReply, ConnectionFailure>?

    /// How many frames are read in one go, so that neither the sending side nor a stop waits behind a flood.
    private static let framesAtOnce = 512

    init(
        _ connection: BrokerConnection, options: AMQPOptions, wake: WakeSignal, stop: StopSignal,
        handle: @escaping (SessionEvent) throws(ConnectionFailure) -> Void
    ) {
        self.connection = connection
        self.wake = wake
        self.stop = stop
        self.handle = handle
        replyTimeout = options.replyTimeout
        assembler = MessageAssembler(maximumSize: options.maximumMessageSize)
    }

    /// The longest wait that still lets heartbeats go out in time.
    var idleWait: Duration {
        let seconds = connection.heartbeatSeconds
        return seconds == 0 ? .seconds(5) : min(.seconds(5), .milliseconds(seconds * 250))
    }

    /// Reads what is here. True if it was anything, and there may be more.
    func readAvailable() throws(ConnectionFailure) -> Bool {
        for count in 0..<Self.framesAtOnce {
            guard let frame = try connection.nextFrame() else { return count > 0 }
            try dispatch(frame)
        }
        return true
    }

    /// Waits for the broker, for the wake signal or for the time, and reads what is here. With `orCanWrite` also until
    /// the socket takes more.
    ///
    /// Reads before it waits: what the library, or TLS, has taken in already does not make the socket readable.
    func run(for duration: Duration, orCanWrite: Bool = false) throws(ConnectionFailure) {
        if try readAvailable() { return }
        Poll.wait(
            connection.fileDescriptor, orCanWrite: orCanWrite, wake.readEnd, for: min(duration, idleWait))
        wake.clear()
        _ = try readAvailable()
    }

    /// Sends a method and waits for its answer, dispatching what arrives meanwhile. An error that the broker answers
    /// with closes the channel.
    @discardableResult
    func call(
        _ method: BrokerMethod, on channel: UInt16, timeout: Duration? = nil, evenIfStopping: Bool = false
    ) throws(ConnectionFailure) -> BrokerReply {
        let deadline = ContinuousClock.now + (timeout ?? replyTimeout)
        awaited = (channel, method)
        answer = nil
        defer { awaited = nil }
        try connection.send(method, on: channel)
        while true {
            if let answer { return try answer.get() }
            let rest = deadline - .now
            guard rest > .zero else { throw .timedOut("\(method)") }
            if stop.isSet && !evenIfStopping { throw .stopped }
            try run(for: rest)
        }
    }

    func openChannel(_ channel: UInt16) throws(ConnectionFailure) { try call(.openChannel, on: channel) }

    /// Says goodbye, waiting a moment only: the broker may be the one that hangs.
    func close() {
        _ = try? call(.closeConnection, on: 0, timeout: .milliseconds(500), evenIfStopping: true)
    }

    private func dispatch(_ frame: BrokerFrame) throws(ConnectionFailure) {
        switch frame {
        case .reply(let channel, let reply):
            guard let awaited, awaited.channel == channel, awaited.method.isAnswered(by: reply) else { return }
            answer = .success(reply)
        case .delivered(let channel, let delivery):
            try report(assembler.begin(channel: channel, origin: .delivered(delivery)))
        case .returned(let channel, let exchange, let key):
            try report(assembler.begin(channel: channel, origin: .returned(exchange: exchange, key: key)))
        case .header(let channel, let size, let properties):
            try report(assembler.header(channel: channel, size: size, properties: properties))
        case .body(let channel, let bytes):
            try report(assembler.body(channel: channel, bytes: bytes))
        case .confirmed(let channel, let tag, let multiple, let isPositive):
            try handle(.confirmed(channel: channel, tag: tag, multiple: multiple, isPositive: isPositive))
        case .consumerCancelled(let channel, let tag):
            try handle(.consumerCancelled(channel: channel, tag: tag))
        case .channelClosed(let channel, let refusal):
            try connection.send(.channelClosed, on: channel)
            assembler.reset(channel: channel)
            if awaited?.channel == channel {
                answer = .failure(.channelClosed(channel, refusal))
            } else {
                try handle(.channelClosed(channel, refusal))
            }
        case .connectionClosed(let refusal):
            try? connection.send(.connectionClosed, on: 0)
            throw .closed(refusal)
        case .blocked(let reason): try handle(.blocked(reason))
        case .unblocked: try handle(.unblocked)
        case .other: break
        }
    }

    private func report(_ outcome: MessageAssembler.Outcome) throws(ConnectionFailure) {
        switch outcome {
        case .incomplete: break
        case .complete(let message): try handle(.message(message))
        case .oversized(let message): try handle(.oversized(message))
        case .violation(let what): throw .lost("the broker broke the protocol: \(what)")
        }
    }
}

extension BrokerSession {
    /// Declares an exchange, or, without the permission for that, makes sure that it is there.
    func declareExchange(_ name: String, on channel: UInt16) throws(ConnectionFailure) {
        do throws(ConnectionFailure) {
            try call(.declareExchange(name, passive: false), on: channel)
        } catch .channelClosed(channel, let refusal) where refusal.code == BrokerRefusal.accessRefused {
            try openChannel(channel)
            do throws(ConnectionFailure) {
                try call(.declareExchange(name, passive: true), on: channel)
            } catch .channelClosed { throw .refused(refusal) }
        } catch .channelClosed(channel, let refusal) where refusal.code == BrokerRefusal.preconditionFailed {
            throw .unusable(
                "The exchange \(name) exists with another type or durability (\(refusal)). It has to be topic, durable, "
                    + "not auto-delete: delete it, or choose another cluster name.")
        }
    }
}
