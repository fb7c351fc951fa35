/// An in-process unit with a name, a mailbox and, if it likes, a state that can be handed over.
///
/// A worker is an actor, and beyond what actors promise it gets **one message at a time**: the next `receive` starts
/// only after the last one has returned, also across suspension points, like a GenServer. Messages, replies and states are
/// `Codable`: they are encoded only when they leave the process. An idle worker costs an object or three, and no task.
///
/// ```swift
/// actor Counter: Worker {
///     enum Message: Codable, Sendable { case add(amount: Int), get }
///     static let kind = "counter"
///     private var total = 0
///     init(_ context: WorkerContext, arguments: NoValue) throws {}
///     func receive(_ message: Message) async throws -> Int {
///         if case .add(let amount) = message { total += amount }
///         return total
///     }
///     func beginHandoff() async throws -> Handoff<Int> { .resume(total) }
///     func endHandoff(_ state: Int) async throws { total = state }
///     func resolveConflict(_ state: Int) async throws { total = max(total, state) }
/// }
/// ```
public protocol Worker: Actor {
    /// What it is started with; `NoValue` if nothing.
    associatedtype Arguments: Codable & Sendable = NoValue
    /// What it is sent.
    associatedtype Message: Codable & Sendable
    /// What it answers; `NoValue` if nothing.
    associatedtype Reply: Codable & Sendable = NoValue
    /// What it hands over; `NoValue` if nothing.
    associatedtype State: Codable & Sendable = NoValue

    /// The stable name of the type on the wire: 1 to 255 bytes. Any node that has it can start such a worker.
    static var kind: String { get }

    /// What happens when `receive` throws. Default ``RestartPolicy/transient``.
    static var restartPolicy: RestartPolicy { get }

    /// How many messages may wait. Default 1,000; one more is refused with `mailboxFull`.
    static var mailboxLimit: Int { get }

    /// Starts the worker. Throwing refuses the registration with `startFailed`. Do slow work in the first message.
    init(_ context: WorkerContext, arguments: Arguments) throws

    /// Handles one message. What it throws reaches the caller as `workerFailed`, as text; ``stop(_:)`` is called, what
    /// waits is answered `stopped`, and ``restartPolicy`` decides. So throw only what a fresh start cures, and let `Reply`
    /// tell of all else. It runs in a task of the worker's own, which is cancelled only if the worker is to stop and this
    /// does not return for 5 seconds; it is never cancelled by who sent the message.
    func receive(_ message: Message) async throws -> Reply

    /// Asked when the worker is to move. The mailbox is held meanwhile, what waits goes along. Throwing gives the move
    /// up, and the worker goes on here. Default ``Handoff/restart``.
    func beginHandoff() async throws -> Handoff<State>

    /// Called on the new node with the state of the old one, before any message. Throwing gives the move up, and the old
    /// worker goes on. Default: nothing.
    func endHandoff(_ state: State) async throws

    /// Two workers of this name existed (a healed split); this one goes on, the other brings its state and stops.
    /// It runs between two messages. Where it throws, both workers stay for now and it is tried again. Where the two are
    /// parted again before the other one has heard that it was done, that works on and brings its state once more later:
    /// a merge that can be repeated (a maximum, a union) loses and doubles nothing. Default: nothing, the other's state is
    /// lost.
    func resolveConflict(_ state: State) async throws

    /// The worker is about to stop; no message follows. It has 5 seconds.
    func stop(_ reason: StopReason) async
}

extension Worker {
    /// ``RestartPolicy/transient``
    public static var restartPolicy: RestartPolicy { .transient }
    /// 1,000
    public static var mailboxLimit: Int { 1_000 }
    /// ``Handoff/restart``
    public func beginHandoff() async throws -> Handoff<State> { .restart }
    /// Nothing.
    public func endHandoff(_ state: State) async throws {}
    /// Nothing.
    public func resolveConflict(_ state: State) async throws {}
    /// Nothing.
    public func stop(_ reason: StopReason) async {}
}

/// No arguments, no reply, no state. JSON: `{}`.
public struct NoValue: Codable, Hashable, Sendable {
    /// Creates it.
    public init() {}
}

/// What a worker wants of a move.
public enum Handoff<State: Codable & Sendable>: Sendable {
    /// Start afresh on the new node.
    case restart
    /// Go on there with this state.
    case resume(State)
    /// Stay here until the next change of the members.
    case ignore
}

/// What becomes of a worker whose `receive` threw.
public enum RestartPolicy: Sendable, Hashable {
    /// Started again, with backoff, whether it failed or stopped itself.
    case permanent
    /// Started again, with backoff, if it failed.
    case transient
    /// Unregistered.
    case temporary
}

/// Why a worker is stopped.
public enum StopReason: Sendable, Hashable {
    case unregistered
    /// It goes on elsewhere.
    case moved
    /// Another worker of this name won, and has this one's state.
    case conflict
    /// The node lost its quorum.
    case quorumLost
    /// The node stops.
    case shutdown
    /// It asked for it.
    case requested
    /// It threw.
    case failed(String)
}
