import SwarmCheckers
import SwarmCore

/// A whole cluster in one thread: real trackers, a model of the broker, simulated workers and clients, virtual time.
///
/// Everything follows from the seed and the options: the same ones give the same run, step by step. So a failure that
/// turns up in a thousand runs can be had again and looked at.
///
/// ```swift
/// let report = SimulatedCluster(seed: 42, nodes: 3, options: SimulationOptions()).run()
/// #expect(report.violations.isEmpty)
/// ```
public final class SimulatedCluster {
    /// What all chance is drawn from.
    public let seed: UInt64
    /// What happens.
    public let options: SimulationOptions
    let strategy: any PlacementStrategy
    var random: SeededRandom
    var events = EventQueue<SimulationEvent>()
    /// Virtual time, in microseconds.
    var now: UInt64 = 0
    var checker: ClusterChecker
    var report = SimulationReport()
    var trace: SimulationTrace

    // Nodes
    let slots: Int
    /// The first slots are of the nodes that are there at the start, then come those that join.
    let firstNodes: Int
    /// The last slots are of nodes that run no workers.
    let clientSlots: Range<Int>
    /// The process that runs, by node slot.
    var current: [SimulatedProcess?]
    /// All that ever were.
    var processes: [SimulatedProcess] = []
    var processesByNode: [NodeID: SimulatedProcess] = [:]
    var lastIncarnation: UInt64 = 0
    /// Starts that are to come.
    var startsUnderWay = 0
    /// Which nodes a slot's next process has nothing to do with.
    var denied: [Set<String>]
    /// What is rolled out, by slot: another release has other kinds.
    var releases: [Int]
    var release = 0
    /// Faults that wait for the next step of a handoff or a snapshot.
    var ambushes: [SimulatedFault] = []

    // Broker
    var broker: BrokerModel<SimulatedFrame>
    var exchanges: SimulatedExchanges
    var keys = SimulatedKeys()
    var outputs: [BrokerOutput] = []
    var isServing = false
    var processesByConnection: [BrokerConnectionID: SimulatedProcess] = [:]
    var queueOwners: [BrokerQueueID: (process: SimulatedProcess, lane: SimulatedLane)] = [:]
    var isSplit = false
    var sides: [Int] = []
    var isBrokerUp: [Bool]

    // Clients
    let names: [String]
    var nameIDs: [String: NameID] = [:]
    let groups: [String]
    var nextOperation: OperationID = 1
    /// The connection of who is no member and publishes.
    var outside: BrokerConnectionID?
    var pending: [OperationID: PendingOperation] = [:]
    var isFaulty = true
    /// Whose workers there are, besides the simulator's own. Set it before ``run()``.
    package var application: (any SimulatedApplication)?

    /// - Parameters:
    ///   - seed: What all chance is drawn from.
    ///   - nodes: How many nodes there are at the start: 1 to 64.
    ///   - options: What happens. Default: a good day.
    public init(seed: UInt64, nodes: Int, options: SimulationOptions = SimulationOptions()) {
        let nodes = min(max(nodes, 1), 64)
        self.seed = seed
        self.options = options
        random = SeededRandom(seed: seed)
        firstNodes = nodes
        let joining = options.faults[.join] == nil ? 0 : 2
        clientSlots = nodes + joining..<nodes + joining + min(max(options.clients, 0), 16)
        slots = clientSlots.upperBound
        current = Array(repeating: nil, count: slots)
        sides = Array(repeating: 0, count: slots)
        denied = Array(repeating: [], count: slots)
        releases = Array(repeating: 0, count: slots)
        isBrokerUp = Array(repeating: true, count: max(options.brokers, 1))
        trace = SimulationTrace()
        var quorum = false
        switch options.strategy {
        case .rendezvous: strategy = Rendezvous()
        case .ring: strategy = Ring(virtualNodes: 16)
        case .quorum(let size):
            strategy = StaticQuorumRing(size, virtualNodes: 16)
            quorum = true
        }
        checker = ClusterChecker(hasQuorum: quorum)
        var broker = BrokerModel<SimulatedFrame>()
        exchanges = SimulatedExchanges(&broker)
        self.broker = broker
        names = (0..<max(options.names, 1)).map { "name/\($0)" }
        groups = (0..<max(options.groups, 1)).map { "group.\($0)" }
        for (index, name) in names.enumerated() { nameIDs[name] = NameID(index) }
    }

    /// Writes what happens, a line a step, to `sink`. Call it before ``run()``.
    public func traceSteps(_ sink: @escaping (String) -> Void) { trace.sink = sink }

    /// Runs it all: start, faults and workload, recovery. Once.
    public func run() -> SimulationReport {
        if options.startSpread <= .milliseconds(1) { report.count("simultaneousStart") }
        start(Array(0..<firstNodes) + clientSlots)
        scheduleFaults()
        scheduleClients()
        scheduleOutside()
        advance(to: options.duration.inMicroseconds)
        recover()
        finish()
        return report
    }

    // MARK: Time

    func after(_ delay: UInt64, _ body: @escaping () -> Void) { events.add(.action(body), at: now + delay) }

    /// Lets everything happen that is due by then.
    func advance(to end: UInt64) {
        while let next = events.nextTime, next <= end, !isHopeless {
            guard let (time, event) = events.next() else { break }
            now = time
            report.steps += 1
            step(event)
        }
        if !isHopeless { now = max(now, end) }
    }

    /// A run that broke a promise while it ran need not go on.
    var isHopeless: Bool {
        // Not a property of the checker: reading one copies all of it, and this is asked at each step.
        !checker.others.isEmpty || !checker.workers.violations.isEmpty || !checker.clients.violations.isEmpty
    }

    private func step(_ event: SimulationEvent) {
        switch event {
        case .action(let body): body()
        case .publish(let process, let epoch, let publication): arrive(publication, from: process, epoch: epoch)
        case .deliver(let process, _, _, _), .wake(let process), .input(let process, _), .worker(let process, _, _):
            guard process.isAlive else { return }
            if process.isStalled { process.backlog.append(event) } else { step(event, of: process) }
        }
    }

    func step(_ event: SimulationEvent, of process: SimulatedProcess) {
        switch event {
        case .deliver(_, let epoch, let lane, let frame): receive(frame, lane, epoch: epoch, at: process)
        case .wake: wake(process)
        case .input(_, let input): feed(process, input)
        case .worker(_, let worker, let step): advance(worker, of: process, step)
        case .publish, .action: break
        }
    }

    func note(_ process: SimulatedProcess?, _ text: @autoclosure () -> String) {
        guard trace.isOn else { return }
        trace.write(now, process?.node.name ?? "-", process?.id.index, text())
    }
}

extension Duration {
    /// Whole microseconds, at least 0.
    var inMicroseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000 + UInt64(max(0, attoseconds / 1_000_000_000_000))
    }
}
