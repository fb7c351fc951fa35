import Swarm

/// Counts the ticks of a timer of its own. The count goes with it when it moves.
actor Ticker: Worker {
    struct Arguments: Codable, Sendable {
        /// Between two ticks. Default: 1,000; from 1 to a day.
        var milliseconds: Int?
    }

    enum Message: Codable, Sendable {
        case tick
        case get
    }

    struct IntervalError: Error, CustomStringConvertible {
        let description = "'milliseconds' has to be from 1 to 86400000"
    }

    static let kind = "ticker"

    private var ticks = 0

    init(_ context: WorkerContext, arguments: Arguments) throws {
        let interval = arguments.milliseconds ?? 1_000
        guard (1...86_400_000).contains(interval) else { throw IntervalError() }
        try context.every(.milliseconds(interval), Message.tick)
    }

    func receive(_ message: Message) async throws -> Int {
        if case .tick = message { ticks += 1 }
        return ticks
    }

    func beginHandoff() async throws -> Handoff<Int> { .resume(ticks) }
    func endHandoff(_ state: Int) async throws { ticks = state }
    func resolveConflict(_ state: Int) async throws { ticks = max(ticks, state) }
}
