package import SwarmCore

/// What a node knows of itself and the cluster at one moment. See ``SwarmNode/snapshot()``.
public struct NodeSnapshot: Sendable {
    /// A node of the cluster.
    public struct Member: Sendable, Hashable {
        /// How far it is.
        public struct State: Sendable, Hashable, CustomStringConvertible {
            /// As in `swarmctl`'s JSON.
            public let description: String
            /// It has not caught up with the cluster yet, and owns no names.
            public static let joining = State(description: "joining")
            /// It owns names.
            public static let ready = State(description: "ready")
            /// It hands its names over, and leaves.
            public static let draining = State(description: "draining")
        }

        /// The node.
        public let node: NodeID
        /// How far it is.
        public let state: State
        /// Whether it hosts no workers.
        public let isClient: Bool
        /// Its share of the names, relative to the others.
        public let weight: Int
        /// Free words about it.
        public let roles: [String]
        /// The kinds of workers that it can start, sorted.
        public let kinds: [String]
        /// How many visible names it hosts.
        public let names: Int
    }

    /// This node.
    public let node: NodeID
    /// The cluster's name.
    public let cluster: String
    /// Whether it has caught up with the cluster.
    public let isReady: Bool
    /// Whether it is connected to the broker.
    public let isConnected: Bool
    /// Whether it trusts its own view. Without that, verdicts and moves are frozen.
    public let isHealthy: Bool
    /// All live members, this node included, sorted.
    public let members: [Member]
    /// Visible names.
    public let names: Int
    /// Groups with members.
    public let groups: Int
    /// Workers on this node.
    public let workers: Int
    /// Inputs that wait for the tracker.
    public let inputsWaiting: Int
    /// Requests of this node under way.
    public let requestsWaiting: Int
}

/// Where names belong, by a node's present view of the members.
package struct Placement: Sendable {
    private let candidates: [PlacementCandidate]
    private let layout: any PlacementLayout

    package init(_ candidates: [PlacementCandidate], strategy: any PlacementStrategy) {
        self.candidates = candidates.sorted { $0.name < $1.name }
        layout = strategy.layout(of: self.candidates)
    }

    package func owners(of name: String, count: Int) -> [String] { layout.owners(of: name, count: count) }

    /// The part of all names that each node owns, estimated from 10,000 names.
    package func shares() -> [(node: String, weight: UInt32, share: Double)] {
        let samples = 10_000
        var owned: [String: Int] = [:]
        for number in 0..<samples {
            if let owner = layout.owner(of: "sample/\(number)") { owned[owner, default: 0] += 1 }
        }
        return candidates.map { ($0.name, $0.weight, Double(owned[$0.name] ?? 0) / Double(samples)) }
    }
}
