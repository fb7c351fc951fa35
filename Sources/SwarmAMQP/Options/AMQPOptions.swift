/// How the RabbitMQ transport behaves. The defaults suit a cluster on one network.
public struct AMQPOptions: Sendable {
    /// Encryption, for `amqps` URLs.
    public var tls = AMQPTLSOptions()
    /// How often both sides of a connection show that they live, in whole seconds from 1 to 600. A broker closes a
    /// connection that has been silent for about three of them. Default: 4 s.
    public var heartbeat: Duration = .seconds(4)
    /// The longest wait for a connection to be opened and the login to be answered. Default: 5 s.
    public var connectTimeout: Duration = .seconds(5)
    /// The longest wait for the answer to a declaration or a binding. Default: 15 s; a busy broker takes its time.
    public var replyTimeout: Duration = .seconds(15)
    /// How long the writing of one message may take before the connection is given up. Default: 10 s.
    public var stallLimit: Duration = .seconds(10)
    /// How long a node waits for the lock of its name, which the broker may still hold for a connection that died
    /// silently. Nil: 15 s, or four heartbeats if that is longer.
    public var nameLockTimeout: Duration?
    /// The broker's users whose frames count as the cluster's own. The user of the URL is always one of them; name
    /// the others if the nodes of a cluster log in differently.
    public var clusterUsers: Set<String> = []
    /// Limits of what waits in this process to be sent.
    public var outbound = AMQPOutboundLimits()
    /// Limits of what waits at the broker for this node.
    public var queues = AMQPQueueLimits()
    /// The queue of requests from outside, which all nodes share.
    public var requestQueue = AMQPRequestQueue()
    /// Larger messages are dropped when they arrive, and counted, in bytes. Default: 64 MiB.
    public var maximumMessageSize = 64 << 20

    /// The defaults.
    public init() {}
}

/// Encryption and certificates, as files in PEM format.
public struct AMQPTLSOptions: Sendable {
    /// The authorities that may have signed the broker's certificate. Nil: those of the operating system.
    public var authorityFile: String?
    /// The certificate (chain) this client shows, if the broker asks for one; needs ``keyFile``.
    public var certificateFile: String?
    /// The key of ``certificateFile``, without a pass phrase.
    public var keyFile: String?
    /// Whether the broker's certificate must be signed by an authority. Default: true.
    public var verifiesPeer = true
    /// Whether the certificate must name the host of the URL (a DNS name: addresses in certificates are not looked
    /// at). Default: true.
    public var verifiesHost = true

    /// The defaults.
    public init() {}
}

/// Limits of what waits in this process to be sent. A frame that finds its lane full is dropped and counted; frames
/// of lower lanes make room for those of higher ones.
public struct AMQPOutboundLimits: Sendable {
    /// Heartbeats: beyond this the oldest go. Default: 256.
    public var heartbeatFrames = 256
    /// Frames of one of the other lanes. Default: 50,000.
    public var laneFrames = 50_000
    /// Bytes of one lane. Default: 32 MiB.
    public var laneBytes = 32 << 20
    /// Bytes of all lanes together. Default: 64 MiB.
    public var totalBytes = 64 << 20

    /// The defaults.
    public init() {}
}

/// Limits of a node's queues at the broker. Where one is reached, the oldest message is dropped.
public struct AMQPQueueLimits: Sendable {
    /// Heartbeats. Default: 5,000.
    public var heartbeatMessages = 5_000
    /// Messages of one of the other lanes. Default: 100,000.
    public var laneMessages = 100_000
    /// Bytes of one lane. Default: 128 MiB.
    public var laneBytes = 128 << 20
    /// Unacknowledged messages between nodes that the broker sends ahead, from 1 to 65,535. Default: 1,000.
    public var controlPrefetch = 1_000
    /// Unacknowledged group messages that the broker sends ahead, from 1 to 65,535. Default: 500.
    public var groupPrefetch = 500
    /// Requests from outside that one node takes at a time, from 1 to 65,535. Default: 64.
    public var requestPrefetch = 64

    /// The defaults.
    public init() {}
}

/// The durable queue that all nodes of a cluster share for requests from outside. All have to declare it alike; a
/// queue that stands already, with other arguments, is used as it is.
public struct AMQPRequestQueue: Sendable {
    /// Whether to ask for a quorum queue, which survives the loss of a broker of a cluster. Default: false.
    public var isQuorum = false
    /// Removed when nobody has consumed from it for this long. Default: 24 h.
    public var expires: Duration = .seconds(86_400)
    /// Requests that wait; beyond this the oldest go. Default: 10,000.
    public var maximumLength = 10_000
    /// Requests that waited longer than this are dropped. Default: 60 s.
    public var messageLifetime: Duration = .seconds(60)

    /// The defaults.
    public init() {}
}
