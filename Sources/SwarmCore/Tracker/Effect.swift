/// All that a tracker can want done. The shell does them in order.
package enum Effect: Sendable {
    // Network
    /// To all, over the control exchange; the key follows from the message.
    case broadcast(Message)
    case send(Message, to: NodeID)
    /// A mandatory message by the default exchange to the queue of `node`; `Input.probeReturned` if there is none.
    case probe(queue: String, node: NodeID, nonce: UInt64)
    /// Frames carry this life from now on.
    case life(UInt32)
    /// Whose heartbeats to hear: nil for all.
    case watch([String]?)
    /// Bind, or unbind, this node's group queue to a group. Binding is answered with `Input.groupBound`.
    case bind(group: String)
    case unbind(group: String)

    // Workers
    case start(WorkerOrder)
    /// Start it held, hand it its state; it works only after `activate`.
    case prepare(WorkerOrder, state: HandedState)
    /// The worker may work. `held` comes before all else in its mailbox.
    case activate(workerID: UInt64, token: Token, held: [HeldMessage])
    /// Hold the mailbox, let the message in hand end, ask the worker.
    case beginHandoff(workerID: UInt64, attempt: UInt64)
    /// The handoff is off: work on.
    case resume(workerID: UInt64)
    /// With `collectsHeld`, answered by `stopped`; else what waits is answered with a failure.
    case stop(workerID: UInt64, StopCause, collectsHeld: Bool)
    /// Give the loser's state to the winner (`resolveConflict`).
    case merge(workerID: UInt64, attempt: UInt64, state: HandedState)
    /// Put a message into the mailbox. `request` nil: nobody waits.
    case deliver(workerID: UInt64, request: RequestID?, payload: [UInt8], oneWay: Bool)
    /// The groups, metadata or token of a local worker changed.
    case update(workerID: UInt64, Claim)
    /// Without quorum workers may process messages only until then (uptime); nil lifts the limit.
    case lease(until: UInt64?)

    // Local application
    case complete(RequestID, Result<ReplyBody, Failure>)
    case event(Event)
    /// The node must stop: it has left, or may not be here.
    case halt(Failure?)
    case log(LogEntry)
    case count(Counter, Int)
}

/// What the runtime needs to start a worker.
package struct WorkerOrder: Equatable, Sendable {
    package let workerID: UInt64
    package let name: String
    package let kind: String
    package let arguments: [UInt8]
    package let token: Token
    package let groups: [String]
    package let metadata: [String: String]

    package init(
        workerID: UInt64, name: String, kind: String, arguments: [UInt8], token: Token, groups: [String],
        metadata: [String: String]
    ) {
        self.workerID = workerID
        self.name = name
        self.kind = kind
        self.arguments = arguments
        self.token = token
        self.groups = groups
        self.metadata = metadata
    }
}

/// Why a worker is stopped by the tracker.
package enum StopCause: UInt8, Sendable {
    case unregistered = 1
    case moved = 2
    /// Another claim won, and has taken the state.
    case conflict = 3
    /// No quorum.
    case quorumLost = 4
    /// The node stops.
    case shutdown = 5
    /// A prepared worker whose handoff was given up.
    case abandoned = 6
}

/// A line for the log, made by the core and written by the shell.
package struct LogEntry: Equatable, Sendable {
    package enum Level: UInt8, Sendable { case debug, info, notice, warning, error }
    package let level: Level
    package let text: String
    package let metadata: [String: String]

    package init(_ level: Level, _ text: String, _ metadata: [String: String] = [:]) {
        self.level = level
        self.text = text
        self.metadata = metadata
    }
}

/// What the tracker counts; the shell turns each into a metric `swarm_<raw value>`.
package enum Counter: String, CaseIterable, Sendable {
    case framesStale = "frames_stale"
    case framesForeign = "frames_foreign"
    case deltasDuplicate = "deltas_duplicate"
    case deltasDeferred = "deltas_deferred"
    case gaps = "gaps"
    case repairsServed = "repairs_served"
    case snapshotsServed = "snapshots_served"
    case snapshotsApplied = "snapshots_applied"
    case drifts = "drifts"
    case probesSent = "probes_sent"
    case membersDown = "members_down"
    case obituaries = "obituaries"
    case returns = "returns"
    case handoffsStarted = "handoffs_started"
    case handoffsCommitted = "handoffs_committed"
    case handoffsRefused = "handoffs_refused"
    case handoffsAborted = "handoffs_aborted"
    case conflicts = "conflicts"
    case merges = "merges"
    case restarts = "restarts"
    case forwards = "forwards"
    case requestsRetried = "requests_retried"
    case requestsRefused = "requests_refused"
    case endedClaims = "ended_claims"
    case forksGiven = "forks_given"
    case universeChanges = "universe_changes"
    case overflows = "overflows"
}

/// What the public `events` stream tells.
package enum Event: Equatable, Sendable {
    case memberUp(NodeID)
    case memberDown(NodeID, Verdict.Cause)
    case memberLeft(NodeID)
    case ready
    case healthy(Bool)
    case quorum(Bool)
    case registered(Claim)
    case unregistered(name: String)
    case moved(name: String, from: NodeID, to: NodeID)
    case conflict(name: String, winner: NodeID, loser: NodeID)
    case drained
}
