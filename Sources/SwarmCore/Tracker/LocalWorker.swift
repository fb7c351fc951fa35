/// A worker of this node, from its start on.
struct LocalWorker: Sendable {
    enum Phase: Sendable {
        case starting
        case running
    }

    let name: String
    let kind: String
    var phase = Phase.starting
}

/// A worker that is being started for a name that has none.
struct StartInProgress: Sendable {
    enum Purpose: Sendable {
        case register(RegistrationOrder)
        /// Its host died; this was the winning claim.
        case orphan(Claim)
        /// This node's own parked claim.
        case revival(Claim)
    }

    let workerID: UInt64
    let name: String
    let token: Token
    let purpose: Purpose
    let request: RequestID
    var waiters: [RequestID] = []

    static let waiterLimit = 1_024
}
