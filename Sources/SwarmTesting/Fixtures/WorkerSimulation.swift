import Dispatch
public import Swarm

/// A cluster of your workers under the simulator's faults: your own type of worker, real trackers, a model of the broker,
/// and virtual time, all in one thread and all from one seed.
///
/// Clients register workers under a few names and send them your messages, while nodes join, drain, crash and lose
/// their connections. In the end, when all is at rest, each worker is asked a question, and you say what is to be
/// expected of its answer, given the messages that it and those before it have handled.
///
/// ```swift
/// @Test(arguments: 1...20 as ClosedRange<UInt64>)
/// func countersKeepTheirState(seed: UInt64) async {
///     let report = await WorkerSimulation(Counter.self, seed: seed).run(
///         sending: { random in .add(amount: .random(in: 1...9, using: &random)) },
///         asking: .get,
///         expecting: { $0.reply == $0.messages.reduce(0) { $0 + $1.amount } })
///     #expect(report.isWell, "\(report)")
/// }
/// ```
///
/// The same seed and options give the same run, as far as your worker does the same when it is told the same: it must not
/// ask the clock or a random number generator, nor leave work to other tasks. Virtual time stands still while it works. What
/// needs a node (its context's timers, groups and references to others) throws `notRunning`, as in
/// `WorkerContext.standalone(name:)`: for workers that cannot do without, there is ``withCluster(_:workers:configure:logger:_:)``.
public struct WorkerSimulation<W: Worker>: Sendable {
    /// What all chance is drawn from.
    public var seed: UInt64
    /// How many nodes there are at the start: 1 to 64. Default 3.
    public var nodes = 3
    /// What happens: faults, their rates, the network, how many names, how many requests. Messages to groups are not
    /// simulated. Default: ``defaultOptions``.
    public var options = Self.defaultOptions
    /// Whether the report says what happened, a line a step. Default: false.
    public var keepsTrace = false
    private let arguments: W.Arguments

    /// - Parameters:
    ///   - type: The type of the workers.
    ///   - arguments: What each of them is started with.
    ///   - seed: What all chance is drawn from.
    public init(_ type: W.Type, arguments: W.Arguments, seed: UInt64) {
        self.arguments = arguments
        self.seed = seed
    }

    /// For workers without arguments.
    public init(_ type: W.Type, seed: UInt64) where W.Arguments == NoValue {
        self.init(type, arguments: NoValue(), seed: seed)
    }

    /// A minute of planned changes, broken connections and crashes, with ten requests a second on eight names.
    public static var defaultOptions: SimulationOptions {
        var options = SimulationOptions()
        options.names = 8
        options.faults = [.drain: 3, .join: 1, .rollingRestart: 0.5, .crash: 1, .connectionLoss: 1]
        options.workload.unregister = 0.5
        return options
    }

    /// Runs it all, which takes a fraction of a second.
    ///
    /// - Parameters:
    ///   - message: Makes the next message of a client. Called from a thread of the simulation.
    ///   - question: What each worker is asked in the end; its answer is part of the ``WorkerOutcome``. It must not change
    ///     the worker's state.
    ///   - holds: Whether the outcome is as it should be. Called from a thread of the simulation.
    /// - Returns: What went wrong: expectations that do not hold, and promises of the library that were not kept.
    public func run(
        sending message: @escaping @Sendable (inout SimulationGenerator) -> W.Message, asking question: W.Message,
        expecting holds: @escaping @Sendable (WorkerOutcome<W>) -> Bool
    ) async -> WorkerSimulationReport<W> {
        // A thread of its own, for it is kept busy: tasks share theirs.
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "swarm.simulation").async {
                continuation.resume(returning: runHere(message, question, holds))
            }
        }
    }

    private func runHere(
        _ message: @escaping @Sendable (inout SimulationGenerator) -> W.Message, _ question: W.Message,
        _ holds: @Sendable (WorkerOutcome<W>) -> Bool
    ) -> WorkerSimulationReport<W> {
        var options = options
        options.workload.publish = 0
        let application = WorkerApplication<W>(
            arguments: arguments, random: SimulationGenerator(seed: seed ^ 0x776f_726b_6572), message: message,
            question: question)
        let cluster = SimulatedCluster(seed: seed, nodes: nodes, options: options)
        cluster.application = application
        var trace: [String] = []
        if keepsTrace { cluster.traceSteps { trace.append($0) } }
        let report = cluster.run()
        let broken = application.outcomes.filter { !holds($0) }.map { outcome in
            "expectation: '\(outcome.name)' answered \(outcome.reply) after \(outcome.messages.count) messages: "
                + outcome.messages.suffix(8).map { "\($0)" }.joined(separator: ", ")
                + (outcome.merged.isEmpty ? "" : "; \(outcome.merged.count) others were merged into it")
        }
        return WorkerSimulationReport(
            seed: seed, violations: application.problems + broken + report.violations, outcomes: application.outcomes,
            counts: report.counts, trace: trace)
    }
}
