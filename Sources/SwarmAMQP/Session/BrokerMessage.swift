/// A complete message: delivered, or returned because no queue took it.
struct BrokerMessage: Equatable, Sendable {
    enum Origin: Equatable, Sendable {
        case delivered(Delivery)
        case returned(exchange: String, key: String)
    }

    var channel: UInt16
    var origin: Origin
    var properties: MessageProperties
    var body: [UInt8]
}

/// Puts messages together from their frames, which arrive in order on each channel.
struct MessageAssembler {
    enum Outcome: Equatable {
        case incomplete
        case complete(BrokerMessage)
        /// The message was larger than the limit: it was read and forgotten.
        case oversized(BrokerMessage)
        /// The peer does not keep to the protocol.
        case violation(String)
    }

    private struct Partial {
        var message: BrokerMessage
        var size: UInt64?
        var received: UInt64 = 0
        var isOversized = false
    }

    let maximumSize: Int
    private var partials: [UInt16: Partial] = [:]

    init(maximumSize: Int) { self.maximumSize = maximumSize }

    /// The channel was closed: what was on the way on it will not be completed.
    mutating func reset(channel: UInt16) { partials[channel] = nil }

    mutating func begin(channel: UInt16, origin: BrokerMessage.Origin) -> Outcome {
        guard partials[channel] == nil else { return .violation("a message began within another one") }
        let message = BrokerMessage(channel: channel, origin: origin, properties: MessageProperties(), body: [])
        partials[channel] = Partial(message: message)
        return .incomplete
    }

    mutating func header(channel: UInt16, size: UInt64, properties: MessageProperties) -> Outcome {
        guard var partial = partials.removeValue(forKey: channel), partial.size == nil else {
            return .violation("a content header without a message")
        }
        partial.size = size
        partial.message.properties = properties
        partial.isOversized = size > UInt64(maximumSize)
        return finish(partial, on: channel)
    }

    mutating func body(channel: UInt16, bytes: [UInt8]) -> Outcome {
        guard var partial = partials.removeValue(forKey: channel), let size = partial.size,
            partial.received + UInt64(bytes.count) <= size, !bytes.isEmpty
        else { return .violation("content without a header, or more than announced") }
        if partial.isOversized {
            // Counted, not kept.
        } else if partial.message.body.isEmpty {
            partial.message.body = bytes
            // The size is announced by the peer, and only then trusted when the first part of it is here.
            if size > UInt64(bytes.count) { partial.message.body.reserveCapacity(Int(size)) }
        } else {
            partial.message.body += bytes
        }
        partial.received += UInt64(bytes.count)
        return finish(partial, on: channel)
    }

    private mutating func finish(_ partial: Partial, on channel: UInt16) -> Outcome {
        guard partial.received == partial.size else {
            partials[channel] = partial
            return .incomplete
        }
        return partial.isOversized ? .oversized(partial.message) : .complete(partial.message)
    }
}
