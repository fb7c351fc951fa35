package import SwarmCore

/// Something that happened in the cluster, as this node saw it. See ``SwarmNode/events``.
public struct LifecycleEvent: Sendable, Hashable {
    /// What happened. New kinds may come in minor releases.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// As in `swarmctl`'s JSON: `member_up`.
        public let description: String

        /// ``LifecycleEvent/node`` is a member now.
        public static let memberUp = Kind(description: "member_up")
        /// ``LifecycleEvent/node`` was found dead; ``LifecycleEvent/detail`` says how.
        public static let memberDown = Kind(description: "member_down")
        /// ``LifecycleEvent/node`` said farewell.
        public static let memberLeft = Kind(description: "member_left")
        /// This node has caught up with the cluster, and owns names.
        public static let ready = Kind(description: "ready")
        /// This node hears itself and the broker again.
        public static let healthy = Kind(description: "healthy")
        /// This node does not trust its own view; verdicts and moves are frozen.
        public static let unhealthy = Kind(description: "unhealthy")
        /// Enough members are heard (``StaticQuorumRing``).
        public static let quorumGained = Kind(description: "quorum_gained")
        /// Too few members are heard (``StaticQuorumRing``): local workers stop.
        public static let quorumLost = Kind(description: "quorum_lost")
        /// ``LifecycleEvent/name`` was registered on ``LifecycleEvent/node``.
        public static let registered = Kind(description: "registered")
        /// ``LifecycleEvent/name`` is free.
        public static let unregistered = Kind(description: "unregistered")
        /// ``LifecycleEvent/name`` went from ``LifecycleEvent/previous`` to ``LifecycleEvent/node``.
        public static let moved = Kind(description: "moved")
        /// Two workers of ``LifecycleEvent/name`` existed; the one on ``LifecycleEvent/node`` goes on, the one on
        /// ``LifecycleEvent/previous`` gives it its state.
        public static let conflict = Kind(description: "conflict")
        /// This node has handed everything over.
        public static let drained = Kind(description: "drained")
        /// This reader was too slow: ``LifecycleEvent/missed`` events are lost to it. Read the registry anew.
        public static let missed = Kind(description: "missed")
    }

    /// What happened.
    public let kind: Kind
    /// The node it happened to, where there is one.
    public let node: NodeID?
    /// The name it happened to, where there is one.
    public let name: String?
    /// Where the name was before, or who lost it.
    public let previous: NodeID?
    /// The token of a new registration.
    public let token: Token?
    /// A word more: why a member is down.
    public let detail: String?
    /// How many events were lost.
    public let missed: Int

    private init(
        kind: Kind, node: NodeID? = nil, name: String? = nil, previous: NodeID? = nil, token: Token? = nil,
        detail: String? = nil, missed: Int = 0
    ) {
        self.kind = kind
        self.node = node
        self.name = name
        self.previous = previous
        self.token = token
        self.detail = detail
        self.missed = missed
    }

    static func missed(_ count: Int) -> LifecycleEvent { LifecycleEvent(kind: .missed, missed: count) }

    package init(_ event: Event) {
        switch event {
        case .memberUp(let node): self.init(kind: .memberUp, node: node)
        case .memberDown(let node, let cause): self.init(kind: .memberDown, node: node, detail: "\(cause)")
        case .memberLeft(let node): self.init(kind: .memberLeft, node: node)
        case .ready: self.init(kind: .ready)
        case .healthy(let isHealthy): self.init(kind: isHealthy ? .healthy : .unhealthy)
        case .quorum(let hasQuorum): self.init(kind: hasQuorum ? .quorumGained : .quorumLost)
        case .registered(let claim):
            self.init(kind: .registered, node: claim.host, name: claim.name, token: claim.token)
        case .unregistered(let name): self.init(kind: .unregistered, name: name)
        case .moved(let name, let from, let to): self.init(kind: .moved, node: to, name: name, previous: from)
        case .conflict(let name, let winner, let loser):
            self.init(kind: .conflict, node: winner, name: name, previous: loser)
        case .drained: self.init(kind: .drained)
        }
    }
}
