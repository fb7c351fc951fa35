/// What one node's log says of one name: an entry of the registry, immutable, shared by all who hold it.
///
/// Claims of several nodes on one name are kept apart; which of them is visible is the registry's decision.
package final class Claim: Sendable {
    package let name: String
    package let host: NodeID
    /// 0: parked. The name is taken, but no worker runs: its restart waits for the backoff or for the quorum.
    package let workerID: UInt64
    /// The host's last operation on this name. With the name it identifies the content.
    package let sequence: UInt64
    /// The kind any node can start it by; empty for a worker that was registered running and is not restarted.
    package let kind: String
    package let arguments: [UInt8]
    /// Sorted, without duplicates.
    package let groups: [String]
    package let metadata: [String: String]
    package let stamp: Stamp
    package let token: Token
    package let birth: LogPosition
    /// The request that made the entry, so that any replica can answer a retry.
    package let request: RequestID
    /// In a box: nearly no claim has one.
    private let handoff: Handoff?

    private final class Handoff: Sendable {
        let move: Move
        init(_ move: Move) { self.move = move }
    }

    /// The handoff under way.
    package var move: Move? { handoff?.move }

    package init(
        name: String, host: NodeID, workerID: UInt64, sequence: UInt64, kind: String, arguments: [UInt8],
        groups: [String], metadata: [String: String], stamp: Stamp, token: Token, birth: LogPosition,
        request: RequestID, move: Move? = nil
    ) {
        self.name = name
        self.host = host
        self.workerID = workerID
        self.sequence = sequence
        self.kind = kind
        self.arguments = arguments
        self.groups = groups
        self.metadata = metadata
        self.stamp = stamp
        self.token = token
        self.birth = birth
        self.request = request
        handoff = move.map(Handoff.init)
    }

    /// Whether the name waits for its worker to be started again by its live host.
    package var isParked: Bool { workerID == 0 }

    /// The log position that wrote the claim as it is.
    package var position: LogPosition { LogPosition(origin: host, sequence: sequence) }

    /// Whether another node can start the worker again.
    package var isRestartable: Bool { !kind.isEmpty }

    /// Whether it was made by taking the other one over in a planned move.
    package func succeeds(_ other: Claim) -> Bool {
        guard let move = other.move, host != other.host, birth == other.birth else { return false }
        return token >= move.token
    }

    /// The same claim with the handoff state that the host logged at `sequence`.
    package func with(move: Move?, sequence: UInt64) -> Claim {
        Claim(
            name: name, host: host, workerID: workerID, sequence: sequence, kind: kind, arguments: arguments,
            groups: groups, metadata: metadata, stamp: stamp, token: token, birth: birth, request: request, move: move)
    }
}

extension Claim: Equatable {
    package static func == (left: Claim, right: Claim) -> Bool {
        if left === right { return true }
        return left.name == right.name && left.host == right.host && left.workerID == right.workerID
            && left.sequence == right.sequence && left.kind == right.kind && left.arguments == right.arguments
            && left.groups == right.groups && left.metadata == right.metadata && left.stamp == right.stamp
            && left.token == right.token && left.birth == right.birth && left.request == right.request
            && left.move == right.move
    }
}
