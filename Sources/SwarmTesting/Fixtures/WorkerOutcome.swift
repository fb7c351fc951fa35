public import Swarm

/// What a worker answered at the end of a ``WorkerSimulation``, and what it ought to know.
public struct WorkerOutcome<W: Worker>: Sendable {
    /// The worker's name.
    public let name: String
    /// Its answer to the question.
    public let reply: W.Reply
    /// The messages that it has handled without throwing, in order, and before them those of the workers that it followed
    /// in planned moves, whose state it ought to have. A crash leaves nothing: the next worker begins with none.
    public let messages: [W.Message]
    /// After a split two workers of a name come together, and this one was given the other's state (`resolveConflict`):
    /// the messages that the other ones had handled.
    public let merged: [[W.Message]]
}

/// What came of a ``WorkerSimulation``.
public struct WorkerSimulationReport<W: Worker>: Sendable, CustomStringConvertible {
    /// The seed that gives the same again.
    public let seed: UInt64
    /// What went wrong, in words; empty if all is well.
    public let violations: [String]
    /// Every worker that was there at the end, in the order in which they were asked.
    public let outcomes: [WorkerOutcome<W>]
    /// How often each fault and request happened.
    public let counts: [String: Int]
    /// What happened, a line a step; empty unless asked for.
    public let trace: [String]

    /// Whether nothing went wrong.
    public var isWell: Bool { violations.isEmpty }

    /// The seed, and what went wrong.
    public var description: String {
        "seed \(seed), \(outcomes.count) workers: "
            + (violations.isEmpty ? "all is well" : violations.joined(separator: "\n"))
    }
}
