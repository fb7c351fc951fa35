import DequeModule
import SwarmCheckers
import SwarmCore

/// One start of a node: its tracker, its workers and its connection.
final class SimulatedProcess {
    let id: ProcessID
    let node: NodeID
    let kinds: [String]
    /// It runs no workers.
    let isClient: Bool
    /// Nodes that it has nothing to do with.
    let denied: Set<String>
    var tracker: Tracker
    var clock: SimulatedClock
    var link = SimulatedLink()
    var isAlive = true
    /// It is to leave: what comes is no fault of the cluster's.
    var isLeaving = false
    var hasLeft = false
    /// It was asked to drain, and has until then.
    var drainsUntil: UInt64?
    var life: UInt32 = 0
    /// Until then the process stands still, and this is what waits for it.
    var stalledUntil: UInt64?
    var backlog: Deque<SimulationEvent> = []

    // The tracker's inputs and its timer
    var inputs: Deque<Input> = []
    var isHandling = false
    var wakeAt: UInt64?
    var wakes = 0
    var sent = 0
    var secondOfCounts: UInt64 = 0

    // Workers
    var workers: [UInt64: SimulatedWorker] = [:]
    var leaseUntil: UInt64?

    /// Who it counts, by its events.
    var members: Set<ProcessID> = []
    var isReady = false
    /// As its heartbeats say.
    var universe: Universe?
    var given: SimulatedGrants?

    init(
        id: ProcessID, configuration: TrackerConfiguration, clock: SimulatedClock, now: UInt64,
        denied: Set<String> = []
    ) {
        self.id = id
        self.denied = denied
        node = configuration.member.node
        kinds = configuration.member.kinds
        isClient = configuration.member.isClient
        self.clock = clock
        tracker = Tracker(configuration, now: clock.instant(at: now))
    }

    var isStalled: Bool { stalledUntil != nil }
    var sender: Sender { Sender(node: node, life: life) }

    /// Its workers, in the order of their ids.
    var sortedWorkers: [SimulatedWorker] { workers.values.sorted { $0.id < $1.id } }
}
