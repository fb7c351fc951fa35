package import Logging
public import Swarm
public import SwarmAMQP

/// The broker that a client connects to.
public struct SwarmClientBroker: Sendable {
    package let makeLink: @Sendable (_ cluster: String, _ logger: Logger) -> any BrokerLink

    package init(makeLink: @escaping @Sendable (_ cluster: String, _ logger: Logger) -> any BrokerLink) {
        self.makeLink = makeLink
    }

    /// RabbitMQ at a URL: `amqp[s]://user:password@host:port/virtual-host`; see ``Transport/amqp(_:options:)``.
    ///
    /// The user may be another than the nodes': it needs to configure and read its own queues `swarm.<cluster>.client.*`, and
    /// to write to the exchanges `swarm.<cluster>.requests` and `swarm.<cluster>.groups`; `scripts/permissions` sets that up.
    public static func amqp(_ url: String, options: AMQPOptions = AMQPOptions()) -> SwarmClientBroker {
        SwarmClientBroker { AMQPLink(url: url, options: options, cluster: $0, logger: $1) }
    }

    /// The broker of a cluster inside this process.
    public static func inMemory(_ broker: InMemoryBroker) -> SwarmClientBroker {
        SwarmClientBroker { cluster, _ in InMemoryLink(client: broker.makeClient(cluster: cluster)) }
    }
}
