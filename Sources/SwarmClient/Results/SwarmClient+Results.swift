public import Swarm

extension SwarmClient {
    /// Where a name runs.
    public struct Location: Sendable, Hashable {
        /// The registered name.
        public let name: String
        /// The name of the node that the worker runs on.
        public let node: String
        /// The fencing token of this ownership of the name.
        public let token: Token
    }

    /// What the registry holds for a name.
    public struct Registration: Sendable, Hashable {
        /// The registered name.
        public let name: String
        /// The name of the node that the worker runs on.
        public let node: String
        /// The fencing token of this ownership: hand it to storage outside, which refuses smaller ones.
        public let token: Token
        /// The kind it can be started by anywhere; nil for a worker that was registered running.
        public let kind: String?
        /// The groups it is in, sorted.
        public let groups: [String]
        /// What it, or its registrar, told about it.
        public let metadata: [String: String]
        /// Whether it is being handed over to another node at this moment.
        public let isMoving: Bool
    }

    /// A live node of the cluster.
    public struct Member: Sendable, Hashable {
        /// The node's name.
        public let node: String
        /// Which start of it this is.
        public let incarnation: UInt64
        /// `joining` (owns no names yet), `ready`, or `draining` (hands its names over, and leaves).
        public let state: String
        /// Whether it hosts no workers.
        public let isClient: Bool
        /// Its share of the names, relative to the others.
        public let weight: Int
        /// Free words about it.
        public let roles: [String]
        /// The kinds of workers that it can start, sorted.
        public let kinds: [String]
        /// How many names it hosts.
        public let names: Int
    }

    /// The part of all names that a node owns.
    public struct Share: Sendable, Hashable {
        /// The node's name.
        public let node: String
        /// Its weight.
        public let weight: Int
        /// From 0 to 1, estimated.
        public let share: Double
    }

    /// Which node owns a name, whether or not it is registered.
    public struct Owners: Sendable, Hashable {
        /// The node that a worker of this name is started on.
        public let owner: String
        /// The nodes that come next.
        public let successors: [String]
    }
}
