import DequeModule
import IntervalTreeClocks

/// The local tracker: applies what other nodes and the own workers say, and decides what is to be done.
///
/// A pure value. Time, randomness and identities come in with the input; what is to be done goes out as effects, and
/// the same inputs give the same effects, byte for byte. It never waits: every exchange is a request that is repeated
/// until its idempotent answer comes, and a lost answer is only a delay.
package struct Tracker: Sendable {
    let configuration: TrackerConfiguration
    package internal(set) var registry: Registry
    package internal(set) var membership: Membership
    var random: SplitMix64
    /// Effects of the input in hand.
    var out: [Effect] = []
    var now: Instant

    // Clock and causality
    /// Hybrid clock: at least the wall clock, above every clock heard of.
    var clock: UInt64
    var universe: Universe?
    var clockID = IntervalTreeClock.ID.none
    var grants: [NodeID: Grant] = [:]
    var retired: Set<NodeID> = []
    /// The stamp of a name that nobody claimed before: the same for all, so that it is made once.
    var freshStamp: Stamp?
    /// Encoded size of the largest stamp written in this universe, in bits.
    var largestStamp = 0
    var agreedBeats = 0

    // Readiness
    package internal(set) var isReady = false
    var views: Set<NodeID> = []
    var hasReadyView = false
    var queue = ""
    var beat: UInt64 = 0
    var lastBeatSequence: UInt64 = 0
    var nextBeat: UInt64 = 0
    var nextVector: UInt64 = 0
    var nextPace: UInt64 = .max
    /// A member is probed, or a burial not settled.
    var hasMembershipWork = false
    var startedAt: UInt64 = 0
    var lastNewcomer: UInt64 = 0
    var hasHalted = false
    /// Uptime at which a tick is wanted, if nothing else happens before. Stored, for it is asked after each input, and reading
    /// a computed property of so large a value copies all of it.
    package private(set) var nextWake: UInt64 = 0
    var introductions = Introductions()

    // Placement
    var layouts = PlacementTable()
    var settleAt: UInt64?
    var settleSince: UInt64 = 0
    var rebalance = Rebalance()

    // Requests
    var requests = RequestTable()
    var served = ServedTable()
    var nextInternalRequest: UInt64 = 1 << 63

    // Workers
    var workers: [UInt64: LocalWorker] = [:]
    var nextWorkerID: UInt64 = 1
    var starts: [String: StartInProgress] = [:]
    var parked: [String: UInt64] = [:]
    var bindings = GroupRefs()

    // Handoff
    var outgoing: [String: OutgoingMove] = [:]
    var incoming: [String: IncomingMove] = [:]
    var finished = FinishedMoves()
    var nextAttempt: UInt64 = 1
    var pinned: Set<String> = []
    var merging = MergeTable()
    /// Names whose claim here lost to another live one.
    var losing = LosingClaims()

    // Orphans
    var orphanWork: Deque<String> = []
    var orphanScan = false
    var nextOrphanScan: UInt64 = 0
    var nextReminder: UInt64 = 0
    /// As of the last pace: nobody else is starting orphans that this node thinks are its own.
    var areOrphansFree = false
    /// Since when this replica lacks what a member wrote more than a beat ago.
    var behindSince: UInt64?

    // Replication
    /// Operations of the own log that have not been broadcast yet start here.
    var broadcastFrom: UInt64 = 1
    var acknowledgements = AcknowledgementQueue()
    /// Whom to tell when its log has been applied up to where it asked. What is owed to the dead goes with their burial.
    var owedAcknowledgements: [NodeID: UInt64] = [:]
    var snapshots: [NodeID: SnapshotAssembly] = [:]
    var services: [SnapshotService] = []
    var repairs = RepairLimiter()
    /// Logs that others wait for, how much of them is here, and since when no more has come.
    var holes: [NodeID: (have: UInt64, at: UInt64)] = [:]
    var wholeRepairs: Set<NodeID> = []
    /// Who gave a dead node's log.
    var suppliers: [NodeID: NodeID] = [:]
    /// Who said last that it has more of a log than this replica, and how much.
    var holders: [NodeID: (node: NodeID, sequence: UInt64)] = [:]

    // Quorum and drain
    var hasQuorum = true
    /// Uptime until which workers may work without another look at the quorum.
    var leaseUntil: UInt64?
    var draining: Drain?
    var watched: [String]? = []
    /// With a quorum: buried members whose lease may not have ended, and who owned what while they counted.
    var leaseholders: [NodeID: PlacementTable.Candidate] = [:]
    var formerLayouts = PlacementTable()

    package init(_ configuration: TrackerConfiguration, now: Instant) {
        self.configuration = configuration
        registry = Registry(
            node: configuration.member.node, ownTailLimit: configuration.logLimit,
            replicaTailLimit: configuration.replicaLogLimit)
        membership = Membership(own: configuration.member)
        random = SplitMix64(seed: configuration.seed)
        self.now = now
        clock = now.wall
        hasQuorum = configuration.strategy.quorum == nil || configuration.member.isClient
        startedAt = now.uptime
        membership.health.lastTick = now.uptime
        nextBeat = now.uptime
        nextWake = nextDue
        // Nothing works before the first lease.
        if !hasQuorum { out.append(.lease(until: 0)) }
    }

    /// This node.
    package var node: NodeID { configuration.member.node }

    /// What lookups see. A copy costs a reference.
    package var view: RegistryView { registry.view }

    private var nextDue: UInt64 {
        hasHalted ? .max : min(nextBeat, nextPace, requests.nextDue ?? .max, settleAt ?? .max)
    }

    /// Takes one input and appends what is to be done because of it.
    package mutating func handle(_ input: Input, now: Instant, effects: inout [Effect]) {
        guard !hasHalted else { return }
        self.now = max(self.now, now)
        clock = max(clock, now.wall)
        noticeStall()
        dispatch(input)
        reviewTouched()
        confirm(bindings.takeReleased())
        tellChanges()
        flushDeltas()
        schedulePace()
        nextWake = nextDue
        if effects.isEmpty { swap(&effects, &out) } else { effects += out }
        out.removeAll(keepingCapacity: true)
    }

    private mutating func dispatch(_ input: Input) {
        switch input {
        case .connected(let queue): connected(queue: queue)
        case .disconnected: disconnected()
        case .blocked(let isBlocked): blocked(isBlocked)
        case .received(let message, let sender): receive(message, from: sender)
        case .probeReturned(let nonce): probeReturned(nonce)
        case .tick: tick()
        case .request(let id, let body, let timeout): accept(id, body, timeout: timeout)
        case .cancel(let id): requests.remove(id)
        case .adopt(let id, let order, let timeout): adopt(id, order, timeout: timeout)
        case .worker(let signal): heed(signal)
        case .returned(let id): returned(id)
        case .groupBound(let group):
            confirm(bindings.bound(group))
        case .drain(let id, let timeout): drain(id, timeout: timeout)
        }
    }

    /// What happens as time passes. Fine-grained work is done every 100 ms while there is any.
    private mutating func tick() {
        if now.uptime >= nextBeat { heartbeat() }
        resumeDueRequests()
        if let settleAt, now.uptime >= settleAt { settled() }
        guard now.uptime >= nextPace else { return }
        nextPace = .max
        superviseMembership()
        superviseReadiness()
        superviseOutgoing()
        superviseIncoming()
        superviseParked()
        superviseOrphans()
        superviseAcknowledgements()
        continueServices()
        superviseDrain()
        superviseQuorum()
    }

    /// Between two inputs of a running process little time passes: a large step means that it was suspended, and that
    /// what it knows of the others is old.
    private mutating func noticeStall() {
        defer { membership.health.lastTick = now.uptime }
        let limit = max(nextWake == .max ? 0 : nextWake, membership.health.lastTick) + configuration.suspectAfter
        guard now.uptime > limit, membership.health.lastTick > 0 else { return }
        log(.warning, "this process was stalled; verdicts and moves are frozen for a moment")
        membership.health.freeze(now: now.uptime, interval: configuration.heartbeatInterval)
        // The quorum may have gone on without this node.
        expireLease()
        for node in membership.live { membership.members[node]?.lastHeard = now.uptime }
    }

    /// Looked at for each input, so that it must be cheap: what needs a walk over the members is noted where it begins
    /// (`hasMembershipWork`) and looked at again at each pace.
    private mutating func schedulePace() {
        guard nextPace == .max else { return }
        let moves =
            !outgoing.isEmpty || !incoming.isEmpty || rebalance.hasWork || rebalance.hasRetries || !losing.isEmpty
        let workers = !parked.isEmpty || orphanScan || !registry.orphans.isEmpty
        let answers = !services.isEmpty || !acknowledgements.isEmpty
        let state = !isReady || draining != nil || hasMembershipWork || !membership.health.isHealthy
        if moves || workers || answers || state || configuration.strategy.quorum != nil {
            nextPace = now.uptime + Self.pace
        }
    }

    mutating func superviseMembership() {
        superviseProbes()
        superviseBurials()
        hasMembershipWork =
            membership.burials.values.contains { !$0.isSettled }
            || membership.members.values.contains { $0.probe != nil }
    }

    static let pace: UInt64 = 100_000

    // MARK: Small helpers

    mutating func log(_ level: LogEntry.Level, _ text: String, _ metadata: [String: String] = [:]) {
        out.append(.log(LogEntry(level, text, metadata)))
    }

    mutating func count(_ counter: Counter, _ amount: Int = 1) { out.append(.count(counter, amount)) }

    mutating func send(_ message: Message, to node: NodeID) {
        guard node != self.node else { return }
        out.append(.send(message, to: node))
    }

    mutating func takeInternalRequestID() -> RequestID {
        defer { nextInternalRequest += 1 }
        return RequestID(node: node, number: nextInternalRequest)
    }

    mutating func issueToken() -> Token {
        clock = max(clock + 1, now.wall)
        return Token(clock: clock, node: node)
    }

    mutating func observe(clock other: UInt64) { clock = max(clock, other) }

    mutating func halt(_ failure: Failure?) {
        out.append(.halt(failure))
        hasHalted = true
    }
}
