public import Logging
public import ServiceLifecycle
import Swarm
import SwarmCore
import Synchronization

/// A thin client of a cluster: asks the nodes through the queue that they share, and publishes to groups. It has no
/// replica, is no member, and hosts no workers.
///
/// ```swift
/// let client = try SwarmClient(configuration: .init(cluster: "shop"), broker: .amqp(url), logger: logger)
/// async let running: Void = client.run()          // or in a ServiceGroup
/// let registration = try await client.register("cart/42", kind: "counter")
/// let total = try await client.call("cart/42", ["add": ["amount": 3]], as: Int.self)
/// ```
///
/// An application that looks up often embeds a ``SwarmNode`` with `isClient`, which reads its own replica; this client
/// asks the cluster each time. Thousands of requests may be under way at the same time, from any number of tasks.
///
/// **Time.** Every operation has a timeout, and waits within it for a connection and for a ready node. What a node did not
/// execute (`notReady`, `notOwner`, `overloaded`) is asked again until the time is over.
///
/// **At most once.** A request is executed once or not at all. If the connection is lost before the answer comes, reading
/// operations are asked again; the others throw `uncertain`.
///
/// **Errors.** Everything throws ``SwarmError``, but for a cancelled task, which gets a `CancellationError`. Besides what
/// the operation itself brings about: `disconnected` (no connection to the broker in time), `notReady` (no node takes
/// requests), `timeout`, `uncertain`, `unauthorized`, `overloaded`, `stopped` (after ``run()``), and what made ``run()`` end.
public final class SwarmClient: Service, Sendable {
    /// What the client was made with.
    public let configuration: SwarmClientConfiguration
    let coder = JSONPayloadCoder()
    let link: any BrokerLink
    let turnstile: Turnstile
    let state = Mutex(State())

    struct State {
        var hasRun = false
        /// Why there is no more to be had.
        var ending: SwarmError?
    }

    /// Creates a client. Nothing is done before ``run()``.
    ///
    /// - Throws: ``SwarmError`` (`invalidArgument`) that says which option is wrong.
    public convenience init(
        configuration: SwarmClientConfiguration, broker: SwarmClientBroker, logger: Logger
    ) throws {
        var logger = logger
        logger[metadataKey: "swarm.cluster"] = .string(configuration.cluster)
        try configuration.validate()
        try self.init(configuration: configuration, link: broker.makeLink(configuration.cluster, logger))
    }

    package init(configuration: SwarmClientConfiguration, link: any BrokerLink) throws {
        try configuration.validate()
        self.configuration = configuration
        self.link = link
        turnstile = Turnstile(places: configuration.requestsUnderWay, limit: configuration.requestLimit)
    }

    /// Keeps the client connected until the task is cancelled or a graceful shutdown begins. What waits then throws
    /// `stopped`; what was published is sent, if that goes quickly.
    ///
    /// Operations may be called before: they wait for the connection. A client runs once.
    ///
    /// - Throws: ``SwarmError``: `accessRefused` if the broker refuses user, password or virtual host; `invalidArgument` for
    ///   a URL or an option that cannot be used, or if it was called before. `CancellationError` if the task was cancelled.
    public func run() async throws {
        let isFirst = state.withLock { state in
            defer { state.hasRun = true }
            return !state.hasRun
        }
        guard isFirst else {
            throw SwarmError(.invalidArgument, "run() has been called before. Make a new SwarmClient to start again.")
        }
        defer {
            let stopped = SwarmError(.stopped, "The client has stopped. Make a new SwarmClient to start again.")
            state.withLock { $0.ending = $0.ending ?? stopped }
        }
        do {
            try await cancelWhenGracefulShutdown { [link] in try await link.run() }
        } catch let error as SwarmError {
            state.withLock { $0.ending = error }
            throw error
        } catch is CancellationError where !Task.isCancelled {
            // A graceful shutdown.
        }
    }

    /// Runs the client while `body` works with it.
    ///
    /// ```swift
    /// let members = try await SwarmClient(configuration: .init(cluster: "shop"), broker: .amqp(url), logger: logger)
    ///     .run { client in try await client.nodes() }
    /// ```
    ///
    /// - Throws: What `body` throws.
    public func run<Value: Sendable>(
        while body: @escaping @Sendable (SwarmClient) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            // What ends it ends the operations of `body` too, with the same error.
            group.addTask { try? await self.run() }
            do {
                let value = try await body(self)
                group.cancelAll()
                return value
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }
}
