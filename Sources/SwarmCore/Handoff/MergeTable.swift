/// Merges under way at the winner: offers are repeated, the worker is asked once.
struct MergeTable: Sendable {
    enum State: Equatable, Sendable {
        case asked(local: UInt64, name: String, worker: UInt64)
        case merged
        /// What was refused once is over: a late copy of the offer must not be taken up after all.
        case refused(Failure)

        var isUnderWay: Bool {
            if case .asked = self { true } else { false }
        }
    }

    private var states: [FinishedMoves.Key: State] = [:]
    static let limit = 65_536

    subscript(attempt: UInt64, host: NodeID) -> State? {
        get { states[FinishedMoves.Key(from: host, attempt: attempt)] }
        set {
            // A loser that died never commits; its entries make room when needed.
            if states.count >= Self.limit { states = states.filter { $0.value.isUnderWay } }
            states[FinishedMoves.Key(from: host, attempt: attempt)] = newValue
        }
    }

    /// The offer that a worker was asked about.
    func asked(_ local: UInt64) -> (host: NodeID, attempt: UInt64, name: String)? {
        for (key, state) in states {
            if case .asked(local, let name, _) = state { return (key.from, key.attempt, name) }
        }
        return nil
    }
}
