public import Logging
public import ServiceLifecycle
public import SwarmCore

/// One node of a cluster: registers workers under names that are valid in the whole cluster, finds them, and reaches them
/// wherever they run.
///
/// ```swift
/// let node = try SwarmNode(
///     configuration: .init(name: "a", cluster: "shop"), transport: .amqp(url), workers: [Counter.self], logger: logger)
/// async let running: Void = node.run()            // or in a ServiceGroup
/// try await node.ready()
/// let ref = try await node.register("cart/42", as: Counter.self)
/// let total = try await ref.call(.add(amount: 3))
/// ```
///
/// **Life.** Nothing happens before ``run()``. It runs until it is told to stop: a graceful shutdown (`SIGTERM` in a
/// `ServiceGroup`) hands all workers over and leaves, in bounded time; cancelling the task stops at once, and the other
/// nodes start the workers again. A node runs once: make a new one to start again.
///
/// **Calls at the wrong time.** Before `run()`, operations throw `notRunning` (``ready()`` waits); after it, `stopped`.
/// Between the two, while the node has not caught up with the cluster, they wait for that within their timeout.
/// Lookups never throw: before the node is ready they find what its replica has so far, afterwards what it last had.
///
/// **Errors.** Everything throws ``SwarmError``, but for a cancelled task, which gets a `CancellationError`.
///
/// **Reading.** ``lookup(_:)``, ``registrations(prefix:)``, ``members(of:)`` and ``snapshot()`` read a local table, without
/// suspension; what this node was answered is in it already.
public final class SwarmNode: Service, Sendable {
    package let core: NodeCore

    /// Creates a node. Nothing is done before ``run()``.
    ///
    /// - Parameters:
    ///   - configuration: The node's name and everything that has a default.
    ///   - transport: How nodes reach each other: `.amqp(url)`, or an `InMemoryBroker` shared by the nodes of a process.
    ///   - workers: The types of workers that this node can start.
    ///   - logger: Gets the node's log, with its name and cluster on every line.
    /// - Throws: ``SwarmError`` (`invalidArgument`) that says which option is wrong.
    public init(
        configuration: SwarmConfiguration, transport: any Transport, workers: [any Worker.Type] = [], logger: Logger
    ) throws {
        core = try NodeCore(configuration: configuration, transport: transport, workers: workers, logger: logger)
    }

    /// This start of the node.
    public var id: NodeID { core.node }

    /// What the node was made with.
    public var configuration: SwarmConfiguration { core.configuration }

    /// Runs the node until it has stopped. See ``SwarmNode``.
    ///
    /// - Throws: ``SwarmError``: `invalidArgument` if it was called before; `nameTaken` if a live node has this name;
    ///   `accessRefused` if the broker refuses user, password or virtual host; `membersLimit` if the strategy allows no
    ///   more members. `CancellationError` if the task was cancelled.
    public func run() async throws { try await core.run() }

    /// Returns when the node has caught up with the cluster. May be called before ``run()``.
    ///
    /// - Throws: ``SwarmError`` if the node stops before that; `CancellationError`.
    public func ready() async throws { try await core.lifecycle.ready() }

    /// Hands all workers over to other nodes and leaves the cluster; ``run()`` returns then.
    ///
    /// - Parameter timeout: What is not handed over by then is not. Default: `timeouts.drain`.
    public func drain(timeout: Duration? = nil) async throws { try await core.drain(timeout: timeout) }

    /// Ends as `kill -9` would; see `NodeCore.crash()`.
    package func crash() { core.crash() }

    /// What happens in the cluster from now on, as this node sees it.
    public var events: LifecycleEvents { LifecycleEvents(broadcaster: core.events) }

    /// What this node knows of itself and of the cluster at this moment. Counts all names: not for a hot path.
    public func snapshot() -> NodeSnapshot { core.snapshot() }
}
