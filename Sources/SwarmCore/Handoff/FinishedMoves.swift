/// The attempts that were carried out here, so that a repeated commit or merge is answered and not done again.
struct FinishedMoves: Sendable {
    struct Key: Hashable, Sendable {
        let from: NodeID
        let attempt: UInt64
    }

    private var keys = RecentSet<Key>(limit: 65_536)

    mutating func note(_ from: NodeID, _ attempt: UInt64) { keys.add(Key(from: from, attempt: attempt)) }

    func contains(_ from: NodeID, _ attempt: UInt64) -> Bool { keys.contains(Key(from: from, attempt: attempt)) }
}
