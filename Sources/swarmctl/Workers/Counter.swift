import Swarm

/// Adds up. Its total goes with it when it moves.
actor Counter: Worker {
    enum Message: Codable, Sendable {
        case add(amount: Int)
        case get
    }

    static let kind = "counter"

    private var total = 0

    init(_ context: WorkerContext, arguments: NoValue) throws {}

    func receive(_ message: Message) async throws -> Int {
        if case .add(let amount) = message {
            // Amounts come from outside: at the end of the numbers it stays there.
            let (sum, overflow) = total.addingReportingOverflow(amount)
            total = overflow ? (amount < 0 ? .min : .max) : sum
        }
        return total
    }

    func beginHandoff() async throws -> Handoff<Int> { .resume(total) }
    func endHandoff(_ state: Int) async throws { total = state }
    func resolveConflict(_ state: Int) async throws { total = max(total, state) }
}
