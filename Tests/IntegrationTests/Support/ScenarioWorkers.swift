import Foundation
import Swarm
import Synchronization

/// A counter whose state moves with it. Of two after a split the higher count stays.
actor Tally: Worker {
    enum Message: Codable, Sendable {
        case add(amount: Int), get
        /// Throws.
        case fail
        /// Returns when the gate of this name is opened.
        case wait(gate: String)
    }

    struct Failure: Error {}

    static let kind = "tally"
    private let context: WorkerContext
    private var total = 0

    init(_ context: WorkerContext, arguments: NoValue) throws { self.context = context }

    func receive(_ message: Message) async throws -> Int {
        switch message {
        case .add(let amount): total += amount
        case .get: break
        case .fail: throw Failure()
        case .wait(let gate): await Gate.named(gate).passage()
        }
        return total
    }

    func beginHandoff() async throws -> Handoff<Int> { .resume(total) }
    func endHandoff(_ state: Int) async throws { total = state }
    func resolveConflict(_ state: Int) async throws { total = max(total, state) }
}

/// A running worker of the test's own. Here, and not where it is needed: used from another file, the initializer of an
/// actor that meets a protocol's requirement stops the compiler (Swift 6.3: "'nonisolated' on an actor's synchronous
/// initializer is invalid").
func standaloneTally(_ name: String) throws -> Tally {
    try Tally(.standalone(name: name), arguments: NoValue())
}

/// Lets nobody through until it is opened. By name, for what workers are told has to be encodable.
final class Gate: Sendable {
    private static let all = Mutex<[String: Gate]>([:])

    private struct State {
        var isOpen = false
        var arrivals = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let condition = NSCondition()

    static func named(_ name: String) -> Gate {
        all.withLock { gates in
            if let gate = gates[name] { return gate }
            let gate = Gate()
            gates[name] = gate
            return gate
        }
    }

    /// How many have come to the gate.
    var arrivals: Int { state.withLock { $0.arrivals } }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
        condition.withLock { condition.broadcast() }
    }

    func passage() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrivals += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Blocks the thread: for what cannot suspend. Half a minute at the most.
    func blockingPassage() {
        state.withLock { $0.arrivals += 1 }
        let limit = Date(timeIntervalSinceNow: 30)
        condition.lock()
        defer { condition.unlock() }
        while !state.withLock({ $0.isOpen }), condition.wait(until: limit) {}
    }
}

/// Its `init` returns when a gate is opened.
actor SlowStarter: Worker {
    struct Arguments: Codable, Sendable { var gate: String }

    static let kind = "slow-starter"

    init(_ context: WorkerContext, arguments: Arguments) throws { Gate.named(arguments.gate).blockingPassage() }

    func receive(_ message: NoValue) async throws -> NoValue { message }
}

/// Throws where its arguments say.
actor Troublemaker: Worker {
    enum Spot: String, Codable, Sendable { case start, beginHandoff, endHandoff }

    struct Arguments: Codable, Sendable {
        var spot: Spot
        /// Opened when the trouble is over.
        var peace: String
    }

    struct Trouble: Error, CustomStringConvertible { let description: String }

    enum Message: Codable, Sendable { case add(amount: Int), get }

    static let kind = "troublemaker"
    private let arguments: Arguments
    private var total = 0

    init(_ context: WorkerContext, arguments: Arguments) throws {
        self.arguments = arguments
        try Self.mayThrow(at: .start, arguments)
    }

    private static func mayThrow(at spot: Spot, _ arguments: Arguments) throws {
        guard arguments.spot == spot, !Gate.named(arguments.peace).isOpen else { return }
        Gate.named(arguments.peace).note()
        throw Trouble(description: "trouble at \(spot)")
    }

    func receive(_ message: Message) async throws -> Int {
        if case .add(let amount) = message { total += amount }
        return total
    }

    func beginHandoff() async throws -> Handoff<Int> {
        try Self.mayThrow(at: .beginHandoff, arguments)
        return .resume(total)
    }

    func endHandoff(_ state: Int) async throws {
        try Self.mayThrow(at: .endHandoff, arguments)
        total = state
    }
}

extension Gate {
    var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Counts somebody who does not wait.
    func note() { state.withLock { $0.arrivals += 1 } }
}

/// Takes one message at a time, and lets two wait.
actor Bottleneck: Worker {
    struct Message: Codable, Sendable { var gate: String }

    static let kind = "bottleneck"
    static let mailboxLimit = 2

    init(_ context: WorkerContext, arguments: NoValue) throws {}

    func receive(_ message: Message) async throws -> NoValue {
        await Gate.named(message.gate).passage()
        return NoValue()
    }
}

/// Counts group messages, for all workers of the process, by member.
actor Subscriber: Worker {
    static let kind = "subscriber"
    private let context: WorkerContext

    /// How often each member has got each message.
    static let received = Mutex<[String: [String: Int]]>([:])

    init(_ context: WorkerContext, arguments: NoValue) throws { self.context = context }

    func receive(_ message: String) async throws -> NoValue {
        Self.received.withLock { $0[message, default: [:]][context.name, default: 0] += 1 }
        return NoValue()
    }
}
