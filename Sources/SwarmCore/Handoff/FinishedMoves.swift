import DequeModule

/// The attempts that were carried out here, so that a repeated commit or merge is answered and not done again.
struct FinishedMoves: Sendable {
    struct Key: Hashable, Sendable {
        let from: NodeID
        let attempt: UInt64
    }

    private var keys: Set<Key> = []
    private var order: Deque<Key> = []
    static let limit = 65_536

    mutating func note(_ from: NodeID, _ attempt: UInt64) {
        let key = Key(from: from, attempt: attempt)
        guard keys.insert(key).inserted else { return }
        order.append(key)
        if order.count > Self.limit { keys.remove(order.removeFirst()) }
    }

    func contains(_ from: NodeID, _ attempt: UInt64) -> Bool { keys.contains(Key(from: from, attempt: attempt)) }
}
