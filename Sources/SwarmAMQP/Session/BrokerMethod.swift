/// What a client asks of a broker, apart from publishing.
enum BrokerMethod: Hashable, Sendable {
    case openChannel
    case closeChannel
    /// The answer to a channel that the broker closed.
    case channelClosed
    /// Topic, durable, not auto-delete; or, passively, whatever exists under this name.
    case declareExchange(String, passive: Bool)
    case declareQueue(QueueDeclaration)
    case bind(queue: String, exchange: String, key: String)
    case unbind(queue: String, exchange: String, key: String)
    /// How many unacknowledged messages the broker sends ahead on the channel.
    case prefetch(UInt16)
    case consume(queue: String, tag: String, acknowledges: Bool)
    case cancel(tag: String)
    case acknowledge(tag: UInt64, multiple: Bool)
    case selectConfirms
    case closeConnection
    /// The answer to a connection that the broker closed.
    case connectionClosed

    /// Whether this is what the broker answers if all is well.
    func isAnswered(by reply: BrokerReply) -> Bool {
        switch (self, reply) {
        case (.openChannel, .channelOpened), (.closeChannel, .channelClosed), (.declareExchange, .exchangeDeclared),
            (.declareQueue, .queueDeclared), (.bind, .bound), (.unbind, .unbound), (.prefetch, .prefetchSet),
            (.consume, .consuming), (.cancel, .cancelled), (.selectConfirms, .confirmsSelected),
            (.closeConnection, .connectionClosed):
            true
        default: false
        }
    }
}

/// A queue to declare.
struct QueueDeclaration: Hashable, Sendable {
    enum Argument: Hashable, Sendable {
        case number(Int64)
        case text(String)
    }

    /// Empty: the broker chooses one.
    var name: String
    var passive = false
    var durable = false
    var exclusive = false
    /// Sorted by name, as equal declarations have to be equal.
    var arguments: [(name: String, value: Argument)] = []

    static func == (left: QueueDeclaration, right: QueueDeclaration) -> Bool {
        left.name == right.name && left.passive == right.passive && left.durable == right.durable
            && left.exclusive == right.exclusive && left.arguments.elementsEqual(right.arguments, by: ==)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// How a broker answers a ``BrokerMethod``.
enum BrokerReply: Hashable, Sendable {
    case channelOpened
    case channelClosed
    case exchangeDeclared
    case queueDeclared(name: String, messages: UInt32, consumers: UInt32)
    case bound
    case unbound
    case prefetchSet
    case consuming(tag: String)
    case cancelled(tag: String)
    case confirmsSelected
    case connectionClosed
}
