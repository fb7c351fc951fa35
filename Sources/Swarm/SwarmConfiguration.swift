package import Metrics
public import SwarmCore

/// What a node is told once. Everything but the name has a default.
///
/// ```swift
/// var configuration = SwarmConfiguration(name: "a", cluster: "shop")
/// configuration.strategy = .staticQuorum(2)
/// configuration.timeouts.request = .seconds(2)
/// ```
///
/// ``SwarmNode/init(configuration:transport:workers:logger:)`` checks it, and says what is wrong.
public struct SwarmConfiguration: Sendable {
    /// The node's name, unique in the cluster: letters, digits, `-` and `_`, at most 64 bytes. Placement goes by it, so
    /// keep it over restarts.
    public var name: String

    /// The cluster's name, of the same form. Nodes that share it and a broker's virtual host find each other.
    /// Default: `default`.
    public var cluster: String

    /// Decides which node owns a name; the same on all nodes. Default: ``Ring`` of 512 virtual nodes.
    public var strategy: any PlacementStrategy = Ring()

    /// Share of the names, relative to the other nodes; 0 owns nothing, at most 10,000. Default: 100.
    public var weight = 100

    /// Free words about this node, for the other nodes' snapshots; at most 32. Default: none.
    public var roles: [String] = []

    /// A client node hosts no workers: it has a replica, looks up, calls, publishes and watches. Default: false.
    public var isClient = false

    /// Encodes messages, replies, arguments and states that leave the process; the same on all nodes.
    /// Default: ``JSONPayloadCoder``.
    public var coder: any PayloadCoder = JSONPayloadCoder()

    /// How long things may take.
    public var timeouts = Timeouts()
    /// How the death of a node is found.
    public var membership = Membership()
    /// How names follow the members.
    public var rebalancing = Rebalancing()
    /// How much may wait, and how large things may be.
    public var limits = Limits()
    /// Who is heard.
    public var trust = Trust()

    /// Seeds the tracker's generator. Default: the system's generator.
    package var seed: UInt64?

    /// Makes the node's metrics. Default: the process's factory.
    package var metricsFactory: (any MetricsFactory)?

    /// Creates a configuration with all defaults.
    public init(name: String, cluster: String = "default") {
        self.name = name
        self.cluster = cluster
    }
}

extension SwarmConfiguration {
    /// How long things may take.
    public struct Timeouts: Sendable, Hashable {
        /// The default for every request. Default: 5 s.
        public var request: Duration = .seconds(5)
        /// How long a node that is asked to stop may hand over its workers. Default: 30 s.
        public var drain: Duration = .seconds(30)
        /// How long a worker that is to stop may take for the message in hand, and then for its `stop`. Default: 5 s.
        public var stop: Duration = .seconds(5)

        /// Creates the defaults.
        public init() {}
    }

    /// How the death of a node is found.
    public struct Membership: Sendable, Hashable {
        /// Between two heartbeats. Default: 1 s, at least 10 ms.
        public var heartbeatInterval: Duration = .seconds(1)
        /// A member silent for so long is suspected and probed. Default: 1.25 s.
        public var suspectAfter: Duration = .milliseconds(1_250)
        /// A member silent for so long is down, and its names start elsewhere. Default: 10 s.
        public var downAfter: Duration = .seconds(10)
        /// A member whose queue is gone has so long to reconnect. Default: 500 ms.
        public var reconnectGrace: Duration = .milliseconds(500)
        /// Above so many members each node hears only `monitors` others. Default: 32.
        public var fullMeshLimit = 32
        /// How many members each node hears above that. Default: 5.
        public var monitors = 5
        /// ``StaticQuorumRing``: a member counts when it was heard within this time. Default: 3 s.
        public var quorumWindow: Duration = .seconds(3)
        /// ``StaticQuorumRing``: workers go on for so long without quorum. Default: 2 s.
        public var quorumGrace: Duration = .seconds(2)
        /// How long a new node waits for others before it starts a cluster of its own. Default: 2 s.
        public var seedDelay: Duration = .seconds(2)
        /// How long dead nodes are remembered: a cut of the network shorter than this brings back no unregistered
        /// name. Default: 24 h.
        public var burialTime: Duration = .seconds(24 * 3_600)

        /// Creates the defaults.
        public init() {}
    }

    /// How names follow the members.
    public struct Rebalancing: Sendable, Hashable {
        /// Without a further change of the members for so long, names move. Default: 500 ms.
        public var settleTime: Duration = .milliseconds(500)
        /// After so long they move even if changes go on. Default: 5 s.
        public var settleLimit: Duration = .seconds(5)
        /// How many handoffs run at a time. Default: 64.
        public var concurrentHandoffs = 64
        /// How long one may take before the worker goes on where it is. Default: 30 s.
        public var handoffDeadline: Duration = .seconds(30)
        /// How long a worker that is to move may take for the message in hand, and then for `beginHandoff`.
        /// Default: 10 s.
        public var handoffPatience: Duration = .seconds(10)
        /// How many workers of dead nodes are started at a time. Default: 256.
        public var concurrentRestarts = 256

        /// Creates the defaults.
        public init() {}
    }

    /// How much may wait, and how large things may be.
    public struct Limits: Sendable, Hashable {
        /// Requests under way; one more is refused with `overloaded`. Default: 100,000.
        public var requests = 100_000
        /// A message, its answer, or the arguments of a worker, in encoded bytes; larger ones are refused with
        /// `tooLarge`. Default: 4 MiB.
        public var messageBytes = 4 << 20
        /// A state that is handed over, in encoded bytes; a larger one keeps its worker where it is. Default: 16 MiB.
        public var stateBytes = 16 << 20
        /// Messages from other nodes that wait for the tracker; more are dropped, and repaired later. Default: 100,000.
        public var networkInputs = 100_000
        /// The bytes of these. Default: 64 MiB.
        public var networkBytes = 64 << 20
        /// Operations kept to repair others' gaps. Default: 65,536.
        public var log = 65_536
        /// The same for the operations of each other node. Default: 8,192.
        public var replicaLog = 8_192
        /// Bindings of this node's group queue; with more groups it binds prefixes and filters. Default: 512.
        public var groupBindings = 512
        /// Groups of one worker. Default: 1,000.
        public var groupsPerWorker = 1_000
        /// Metadata of one worker: keys and values together, in bytes. Default: 64 KiB.
        public var metadataBytes = 64 << 10
        /// Requests from outside that this node works on at a time; more are answered `overloaded`. Default: 1,000.
        public var outsideRequests = 1_000
        /// Events that wait for one reader; the oldest are dropped. Default: 1,024.
        public var events = 1_024

        /// Creates the defaults.
        public init() {}
    }

    /// Who is heard.
    public struct Trust: Sendable {
        /// Nodes to have to do with; empty for all. Default: all.
        public var allow: [NodeRule] = []
        /// Nodes to have nothing to do with; stronger than `allow`. Default: none.
        public var deny: [NodeRule] = []
        /// The broker's users whose frames are taken as a node's own; nil for every user. With it set, a frame without
        /// a user that the broker has validated is dropped. Default: nil.
        public var clusterUsers: Set<String>?
        /// What the broker's other users may ask through the requests exchange, by name of the user. Default: nothing,
        /// where `clusterUsers` is set.
        public var outsidePermissions: [String: Set<OutsidePermission>] = [:]
        /// Takes part in answering requests from outside at all. Default: true.
        public var servesOutsideRequests = true

        /// Creates the defaults.
        public init() {}
    }
}

/// What a user outside of the cluster may ask for.
public struct OutsidePermission: Hashable, Sendable, CustomStringConvertible {
    /// The name of the permission.
    public let description: String

    /// Look up, list, members, nodes, ring, events.
    public static let read = OutsidePermission(description: "read")
    /// Call, send, publish, multi-call.
    public static let message = OutsidePermission(description: "message")
    /// Register, unregister, join, leave, update, inspect, drain.
    public static let manage = OutsidePermission(description: "manage")
    /// All of them.
    public static let all: Set<OutsidePermission> = [.read, .message, .manage]
}
