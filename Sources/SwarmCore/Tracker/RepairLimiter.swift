/// Keeps questions for repair from being asked too early (the delta may be on its way) or too often.
struct RepairLimiter: Sendable {
    private struct State: Sendable {
        var have: UInt64
        var since: UInt64
        var nextAsk: UInt64
        var wait: UInt64
        /// Who was asked last.
        var asked: NodeID?
    }

    private var states: [NodeID: State] = [:]
    static let patience: UInt64 = 200_000
    static let longestWait: UInt64 = 4_000_000

    /// Whether to ask now. `urgent`: a hole in the log was seen, nothing can be on its way in order. `isHolder`: `node` has
    /// said that it has more; that another one, who was asked on suspicion, does not answer, need not be waited for.
    mutating func shouldAsk(
        _ origin: NodeID, of node: NodeID, isHolder: Bool, have: UInt64, now: UInt64, urgent: Bool
    ) -> Bool {
        var state = states[origin] ?? State(have: have, since: now, nextAsk: now, wait: Self.patience * 2)
        defer { states[origin] = state }
        if state.have != have {
            state = State(have: have, since: now, nextAsk: now, wait: Self.patience * 2)
        }
        if isHolder, let asked = state.asked, asked != node { state.nextAsk = now }
        guard now >= state.nextAsk, urgent || now >= state.since + Self.patience else { return false }
        state.asked = node
        state.nextAsk = now + state.wait
        state.wait = min(state.wait * 2, Self.longestWait)
        return true
    }

    mutating func forget(_ origin: NodeID) { states[origin] = nil }
}
