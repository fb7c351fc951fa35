import Swarm

/// Keeps its state when it moves.
actor Counter: Worker {
    enum Message: Codable, Sendable {
        case add(amount: Int), get

        var amount: Int {
            if case .add(let amount) = self { return amount }
            return 0
        }
    }

    static let kind = "counter"
    private var total = 0

    init(_ context: WorkerContext, arguments: NoValue) throws {}

    func receive(_ message: Message) async throws -> Int {
        total += message.amount
        return total
    }

    func beginHandoff() async throws -> Handoff<Int> { .resume(total) }
    func endHandoff(_ state: Int) async throws { total = state }
    func resolveConflict(_ state: Int) async throws { total += state }
}

/// The same with a bug: it forgets its state when it moves.
actor ForgetfulCounter: Worker {
    typealias Message = Counter.Message

    static let kind = "forgetful-counter"
    private var total = 0

    init(_ context: WorkerContext, arguments: NoValue) throws {}

    func receive(_ message: Message) async throws -> Int {
        total += message.amount
        return total
    }

    func beginHandoff() async throws -> Handoff<Int> {
        defer { total = 0 }
        total = 0
        return .resume(total)
    }

    func endHandoff(_ state: Int) async throws { total = state }
}

/// Another bug: nobody has thought of moves at all, so that it starts afresh.
actor ThoughtlessCounter: Worker {
    typealias Message = Counter.Message

    static let kind = "thoughtless-counter"
    private var total = 0

    init(_ context: WorkerContext, arguments: NoValue) throws {}

    func receive(_ message: Message) async throws -> Int {
        total += message.amount
        return total
    }
}

/// Starts from its arguments, and refuses negative ones; suspends, as workers do; fails at 13.
actor Account: Worker {
    struct Arguments: Codable, Sendable { var balance: Int }
    struct Failure: Error {}

    static let kind = "account"
    private var balance: Int
    private let context: WorkerContext

    init(_ context: WorkerContext, arguments: Arguments) throws {
        guard arguments.balance >= 0 else { throw Failure() }
        balance = arguments.balance
        self.context = context
    }

    func receive(_ message: Int) async throws -> String {
        guard message != 13 else { throw Failure() }
        let before = balance
        await Task.yield()
        await Self.pause()
        balance = before + message
        return "\(context.name) \(balance)"
    }

    private static func pause() async { await Task.yield() }

    func beginHandoff() async throws -> Handoff<Int> { .resume(balance) }
    func endHandoff(_ state: Int) async throws { balance = state }
}
