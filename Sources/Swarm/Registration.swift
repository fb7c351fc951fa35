package import SwarmCore

/// What the registry holds for a name, as this node's replica has it.
public struct Registration: Sendable {
    package let claim: Claim

    package init(_ claim: Claim) { self.claim = claim }

    /// The registered name.
    public var name: String { claim.name }
    /// The node that the worker runs on.
    public var node: NodeID { claim.host }
    /// The fencing token of this ownership: hand it to storage outside, which refuses smaller ones.
    public var token: Token { claim.token }
    /// The kind it can be started by anywhere; nil for a worker that was registered running.
    public var kind: String? { claim.isRestartable ? claim.kind : nil }
    /// The groups it is in, sorted.
    public var groups: [String] { claim.groups }
    /// What it, or its registrar, told about it.
    public var metadata: [String: String] { claim.metadata }
    /// Whether it is being handed over to another node at this moment.
    public var isMoving: Bool { claim.move != nil }
}

extension Registration: Equatable, CustomStringConvertible {
    /// The same content.
    public static func == (left: Registration, right: Registration) -> Bool { left.claim == right.claim }

    /// The name and its node.
    public var description: String { "\(name) on \(node)" }
}

/// When `register` is answered.
public enum Consistency: Sendable, Hashable {
    /// When a second live node has the registration too (a cluster of one: at once). It survives the death of one node.
    case replicated
    /// When its host has it. Faster, and lost if the host dies in the next moment.
    case local
}
