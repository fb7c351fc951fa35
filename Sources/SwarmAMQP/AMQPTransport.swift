public import Swarm

/// Carries a cluster over RabbitMQ 3.10 to 4.x: see ``Transport/amqp(_:options:)``.
public struct AMQPTransport: Transport {
    private let url: String
    private let options: AMQPOptions

    /// Nothing is read or connected before the node runs.
    public init(_ url: String, options: AMQPOptions = AMQPOptions()) {
        self.url = url
        self.options = options
    }

    /// Makes the connections of one node.
    public func makeNodeTransport(_ context: TransportContext) -> any NodeTransport {
        AMQPNodeTransport(url: url, options: options, context: context)
    }
}

extension Transport where Self == AMQPTransport {
    /// The cluster's messages go through the RabbitMQ broker at `url`:
    /// `amqp[s]://user:password@host:port/virtual-host`, all parts but the host optional (`guest`, `guest`, 5672 or 5671, `/`),
    /// percent-encoded where needed, with `?heartbeat=`, `cacertfile=`, `certfile=`, `keyfile=` and `verify=` as options.
    ///
    /// A URL or an option that cannot be used is reported when the node runs, as `invalidArgument`; a broker that refuses
    /// user, password or virtual host at the very first attempt as `accessRefused`. All else is retried for ever.
    public static func amqp(_ url: String, options: AMQPOptions = AMQPOptions()) -> AMQPTransport {
        AMQPTransport(url, options: options)
    }
}
