import HashTreeCollections
import IntervalTreeClocks
import SwarmCore

/// Several trackers in one thread, joined by a network that delivers in order after a millisecond, with counters for
/// workers. Small on purpose: for transcripts of single protocol paths. The simulator does the rest.
struct TrackerCluster {
    /// What a counter holds, and whether it may work.
    struct FakeWorker {
        enum Phase { case prepared, running, holding }
        let name: String
        var total: Int
        var phase: Phase
        var held: [HeldMessage] = []
        var token: Token
        /// Of who took over another's state: the token with which it began.
        var activatedWith: Token?
    }

    struct Node {
        var tracker: Tracker
        var workers: [UInt64: FakeWorker] = [:]
        var isUp = true
        var isStalled = false
        var backlog: [Input] = []
        var returned: [UInt64: Int] = [:]
        var life: UInt32 = 0
        /// Nodes whose frames do not reach this one.
        var deafTo: Set<String> = []
        var halted: Failure??
        var log: [LogEntry] = []
        var counts: [Counter: Int] = [:]
        var results: [UInt64: Result<ReplyBody, Failure>] = [:]
        var events: [Event] = []
        var bound: Set<String> = []
        /// Whose heartbeats it hears; nil: everybody's.
        var watched: [String]?
        var lease: UInt64?
    }

    private enum Happening {
        case input(Input)
        case probeCheck(String, nonce: UInt64)
    }

    private struct Scheduled {
        let at: UInt64
        let order: UInt64
        let node: NodeID
        let what: Happening
    }

    private(set) var nodes: [String: Node] = [:]
    private var agenda: [Scheduled] = []
    private var order: UInt64 = 0
    private(set) var now: UInt64 = 1_000_000
    /// Messages that arrived, all in all.
    private(set) var delivered = 0
    private var nextRequest: UInt64 = 1
    var startDelay: UInt64 = 100
    /// How long a group's binding takes, where it takes long.
    var bindingDelays: [String: UInt64] = [:]
    /// Names whose `beginHandoff` says `.ignore`.
    var pinned: Set<String> = []
    /// Names whose worker is busy so many more times when it is asked to move.
    var busy: [String: Int] = [:]
    /// Names whose worker refuses to start so many more times when it is handed over.
    var refusing: [String: Int] = [:]
    /// How often a worker of the name took in the state of another one.
    private(set) var merges: [String: Int] = [:]
    /// Names whose worker ends by itself as soon as it has been handed over, not yet activated.
    var quitting: Set<String> = []
    /// Names whose worker never comes to the end of a merge.
    var hanging: Set<String> = []
    var kinds = ["counter"]
    var strategy: any PlacementStrategy = .ring(virtualNodes: 32)
    var configure: (inout TrackerConfiguration) -> Void = { _ in }
    /// Messages that are lost; for races.
    var loses: (Message, NodeID, NodeID) -> Bool = { _, _, _ in false }

    static let wall: UInt64 = 1_700_000_000_000_000

    var instant: Instant { Instant(uptime: now, wall: Self.wall + now) }

    // MARK: Nodes

    mutating func start(_ name: String, kinds: [String]? = nil, isClient: Bool = false) {
        let id = NodeID(name: name, incarnation: Self.wall + now)
        let member = MemberDescription(node: id, kinds: kinds ?? self.kinds, isClient: isClient)
        var configuration = TrackerConfiguration(member: member, strategy: strategy, seed: now)
        configure(&configuration)
        nodes[name] = Node(tracker: Tracker(configuration, now: instant))
        feed(.connected(queue: "q.\(id)"), to: id)
    }

    mutating func start(_ names: [String]) {
        for name in names { start(name) }
    }

    /// A worker ends by itself, and is to be started again at once.
    mutating func fail(_ workerID: UInt64, at name: String) {
        guard let node = nodes[name]?.tracker.node else { return }
        nodes[name]?.workers[workerID] = nil
        feed(.worker(.ended(workerID: workerID, failure: "it failed", restart: true, backoff: 0)), to: node)
    }

    /// Nothing of it runs any more.
    mutating func kill(_ name: String) {
        nodes[name]?.isUp = false
        nodes[name]?.workers = [:]
    }

    func id(_ name: String) -> NodeID { nodes[name]?.tracker.node ?? NodeID(name: name, incarnation: 0) }

    subscript(name: String) -> Tracker {
        guard let node = nodes[name] else { preconditionFailure("no node \(name)") }
        return node.tracker
    }

    mutating func cut(_ left: Set<String>, from right: Set<String>) {
        for name in left { nodes[name]?.deafTo.formUnion(right) }
        for name in right { nodes[name]?.deafTo.formUnion(left) }
    }

    mutating func heal() {
        for name in nodes.keys { nodes[name]?.deafTo = [] }
    }

    /// The process stands still: its clock goes on, it does nothing, and what comes waits for it.
    mutating func stall(_ name: String) { nodes[name]?.isStalled = true }

    mutating func wake(_ name: String) {
        nodes[name]?.isStalled = false
        let waiting = nodes[name]?.backlog ?? []
        nodes[name]?.backlog = []
        for input in waiting { feed(input, to: id(name)) }
    }

    // MARK: Time

    /// Runs until the condition holds; false if it does not within so many seconds.
    @discardableResult
    mutating func run(seconds: Double = 60, until condition: (TrackerCluster) -> Bool = { _ in false }) -> Bool {
        let end = now + UInt64(seconds * 1_000_000)
        while now <= end {
            if condition(self) { return true }
            guard step(before: end) else { break }
        }
        now = max(now, end)
        return condition(self)
    }

    private mutating func step(before end: UInt64) -> Bool {
        let wake = nodes.values.filter { $0.isUp && !$0.isStalled }.map { ($0.tracker.nextWake, $0.tracker.node) }.min {
            ($0.0, $0.1) < ($1.0, $1.1)
        }
        let next = agenda.indices.min { (agenda[$0].at, agenda[$0].order) < (agenda[$1].at, agenda[$1].order) }
        if let next, agenda[next].at <= (wake?.0 ?? .max) {
            guard agenda[next].at <= end else { return false }
            let item = agenda.remove(at: next)
            now = max(now, item.at)
            perform(item)
            return true
        }
        guard let wake, wake.0 <= end else { return false }
        now = max(now, wake.0)
        feed(.tick, to: wake.1)
        return true
    }

    private mutating func perform(_ item: Scheduled) {
        guard let node = nodes[item.node.name], node.isUp, node.tracker.node == item.node else { return }
        switch item.what {
        case .input(let input):
            delivered += 1
            feed(input, to: item.node)
        case .probeCheck(let target, let nonce):
            let name = String(target.dropFirst(2))
            let exists = nodes.values.contains { $0.isUp && $0.tracker.node.description == name }
            if !exists { feed(.probeReturned(nonce: nonce), to: item.node) }
        }
    }

    private mutating func schedule(_ node: NodeID, after delay: UInt64, _ what: Happening) {
        order += 1
        agenda.append(Scheduled(at: now + delay, order: order, node: node, what: what))
    }

    // MARK: Inputs and effects

    mutating func feed(_ input: Input, to node: NodeID) {
        guard var entry = nodes[node.name], entry.isUp, entry.halted == nil else { return }
        guard !entry.isStalled else {
            nodes[node.name]?.backlog.append(input)
            return
        }
        var effects: [Effect] = []
        entry.tracker.handle(input, now: instant, effects: &effects)
        nodes[node.name] = entry
        for effect in effects { apply(effect, at: node) }
    }

    private mutating func transmit(_ message: Message, from: NodeID, to name: String) {
        guard let target = nodes[name], target.isUp, !target.deafTo.contains(from.name) else { return }
        guard name == from.name || !loses(message, from, target.tracker.node) else { return }
        if case .heartbeat = message, let watched = target.watched, !watched.contains(from.name) { return }
        let sender = Sender(node: from, life: nodes[from.name]?.life ?? 0)
        schedule(target.tracker.node, after: name == from.name ? 10 : 1_000, .input(.received(message, from: sender)))
    }

    private mutating func apply(_ effect: Effect, at node: NodeID) {
        let name = node.name
        switch effect {
        case .broadcast(let message):
            for target in nodes.keys.sorted() { transmit(message, from: node, to: target) }
        case .send(let message, let to):
            if nodes[to.name]?.tracker.node == to { transmit(message, from: node, to: to.name) }
        case .probe(let queue, let target, let nonce):
            if nodes[target.name]?.tracker.node == target {
                transmit(.probe(nonce: nonce), from: node, to: target.name)
            }
            schedule(node, after: 1_000, .probeCheck(queue, nonce: nonce))
        case .life(let life): nodes[name]?.life = life
        case .watch(let names): nodes[name]?.watched = names
        case .bind(let group):
            nodes[name]?.bound.insert(group)
            schedule(node, after: bindingDelays[group] ?? 500, .input(.groupBound(group)))
        case .unbind(let group): nodes[name]?.bound.remove(group)
        case .complete(let id, let result):
            nodes[name]?.results[id.number] = result
            nodes[name]?.returned[id.number, default: 0] += 1
        case .event(let event): nodes[name]?.events.append(event)
        case .halt(let failure): nodes[name]?.halted = .some(failure)
        case .log(let entry): nodes[name]?.log.append(entry)
        case .count(let counter, let amount): nodes[name]?.counts[counter, default: 0] += amount
        case .lease(let until): nodes[name]?.lease = until
        default: applyToWorker(effect, at: node)
        }
    }

    private mutating func signal(_ signal: WorkerSignal, at node: NodeID) {
        schedule(node, after: startDelay, .input(.worker(signal)))
    }

    private mutating func applyToWorker(_ effect: Effect, at node: NodeID) {
        let name = node.name
        switch effect {
        case .start(let order):
            nodes[name]?.workers[order.workerID] = FakeWorker(
                name: order.name, total: 0, phase: .running, token: order.token)
            signal(.started(workerID: order.workerID, .success(())), at: node)
        case .prepare(let order, let state):
            if let times = refusing[order.name], times > 0 {
                refusing[order.name] = times - 1
                let failure = Failure(.startFailed, "not yet")
                return signal(.started(workerID: order.workerID, .failure(failure)), at: node)
            }
            var total = 0
            if case .bytes(let bytes) = state { total = Int(bytes.reduce(0) { $0 << 8 | UInt64($1) }) }
            nodes[name]?.workers[order.workerID] = FakeWorker(
                name: order.name, total: total, phase: .prepared, token: order.token)
            signal(.started(workerID: order.workerID, .success(())), at: node)
            if quitting.contains(order.name), name != "a" {
                nodes[name]?.workers[order.workerID] = nil
                signal(.ended(workerID: order.workerID, failure: nil, restart: false, backoff: 0), at: node)
            }
        case .activate(let workerID, let token, let held):
            nodes[name]?.workers[workerID]?.phase = .running
            nodes[name]?.workers[workerID]?.token = token
            nodes[name]?.workers[workerID]?.activatedWith = token
            let waiting = nodes[name]?.workers[workerID]?.held ?? []
            nodes[name]?.workers[workerID]?.held = []
            for message in held + waiting { process(workerID, message, at: node) }
        case .beginHandoff(let workerID, let attempt):
            guard let worker = nodes[name]?.workers[workerID] else { return }
            nodes[name]?.workers[workerID]?.phase = .holding
            let bytes = withUnsafeBytes(of: UInt64(worker.total).bigEndian) { Array($0) }
            if let times = busy[worker.name], times > 0 {
                busy[worker.name] = times - 1
                signal(.handoffBegun(workerID: workerID, attempt: attempt, .busy), at: node)
                return
            }
            let choice: HandoffChoice = pinned.contains(worker.name) ? .ignore : .resume(bytes)
            signal(.handoffBegun(workerID: workerID, attempt: attempt, choice), at: node)
        case .resume(let workerID):
            nodes[name]?.workers[workerID]?.phase = .running
            let waiting = nodes[name]?.workers[workerID]?.held ?? []
            nodes[name]?.workers[workerID]?.held = []
            for message in waiting { process(workerID, message, at: node) }
        case .stop(let workerID, _, let collects):
            let worker = nodes[name]?.workers.removeValue(forKey: workerID)
            if collects { signal(.stopped(workerID: workerID, held: worker?.held ?? []), at: node) }
        case .merge(let workerID, let attempt, let state):
            if let worker = nodes[name]?.workers[workerID], hanging.contains(worker.name) { return }
            if case .bytes(let bytes) = state {
                let other = Int(bytes.reduce(0) { $0 << 8 | UInt64($1) })
                let own = nodes[name]?.workers[workerID]?.total ?? 0
                merges[nodes[name]?.workers[workerID]?.name ?? "", default: 0] += 1
                nodes[name]?.workers[workerID]?.total = max(own, other)
            }
            signal(.merged(workerID: workerID, attempt: attempt, .success(())), at: node)
        case .deliver(let workerID, let request, let payload, let oneWay):
            let message = HeldMessage(request: request, payload: payload, oneWay: oneWay)
            guard let worker = nodes[name]?.workers[workerID] else { return }
            if worker.phase == .running {
                process(workerID, message, at: node)
            } else {
                nodes[name]?.workers[workerID]?.held.append(message)
            }
        case .update(let workerID, let claim): nodes[name]?.workers[workerID]?.token = claim.token
        default: break
        }
    }

    /// A message is a number to add; the answer is the total.
    private mutating func process(_ workerID: UInt64, _ message: HeldMessage, at node: NodeID) {
        guard var worker = nodes[node.name]?.workers[workerID] else { return }
        worker.total += Int(message.payload.first ?? 0)
        nodes[node.name]?.workers[workerID] = worker
        if let request = message.request {
            signal(.answered(request, .success([UInt8(truncatingIfNeeded: worker.total)])), at: node)
        }
    }

    // MARK: Requests

    @discardableResult
    mutating func request(_ body: RequestBody, at name: String, timeout: UInt64 = 10_000_000) -> UInt64 {
        let number = nextRequest
        nextRequest += 1
        let node = id(name)
        feed(.request(RequestID(node: node, number: number), body, timeout: timeout), to: node)
        return number
    }

    /// A request and its answer.
    mutating func ask(_ body: RequestBody, at name: String, timeout: UInt64 = 10_000_000) -> Result<ReplyBody, Failure>
    {
        let number = request(body, at: name, timeout: timeout)
        run(seconds: 30) { $0.nodes[name]?.results[number] != nil }
        return nodes[name]?.results[number] ?? .failure(Failure(.timeout, "the tracker never answered"))
    }

    mutating func register(_ worker: String, at name: String, groups: [String] = []) -> Result<ReplyBody, Failure> {
        ask(.register(RegistrationOrder(name: worker, kind: "counter", groups: groups)), at: name)
    }

    mutating func add(_ amount: UInt8, to worker: String, at name: String) -> UInt8? {
        guard
            case .success(.payload(let bytes)) = ask(.deliver(name: worker, payload: [amount], oneWay: false), at: name)
        else { return nil }
        return bytes.first
    }

    // MARK: Observations

    var up: [String] { nodes.keys.filter { nodes[$0]?.isUp == true && nodes[$0]?.halted == nil }.sorted() }

    var allReady: Bool { up.allSatisfy { self[$0].isReady } }

    /// All live nodes see the same entries.
    var agree: Bool {
        guard let first = up.first else { return true }
        let view = self[first].view.claims
        return up.allSatisfy { name in
            let other = self[name].view.claims
            return other.count == view.count && view.allSatisfy { other[$0.key] == $0.value }
        }
    }

    /// Where a name's workers run.
    func hosts(of worker: String) -> [String] {
        up.flatMap { name in
            (nodes[name]?.workers.values ?? [:].values).filter { $0.name == worker && $0.phase != .prepared }.map { _ in
                name
            }
        }
    }

    func total(of worker: String) -> Int? {
        up.compactMap { nodes[$0]?.workers.values.first { $0.name == worker && $0.phase == .running }?.total }.first
    }
}
