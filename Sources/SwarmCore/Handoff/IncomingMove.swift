/// A handoff at the owner: the worker is started, has its state, and is held.
struct IncomingMove: Sendable {
    let name: String
    let from: NodeID
    let attempt: UInt64
    let workerID: UInt64
    /// The host's claim with the move in it.
    let claim: Claim
    let move: Move
    var isPrepared = false
    /// The host has stopped its worker; these messages come first.
    var commit: Commit?
}
