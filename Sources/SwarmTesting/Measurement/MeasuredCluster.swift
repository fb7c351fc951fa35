package import SwarmCore

/// Real trackers on a network without faults, in virtual time: how much do they say?
///
/// `SimulatedCluster` asks whether promises are kept; this one only counts, and so it can be large. What a node says in
/// one moment to one destination is one frame, as the shell has it. A frame takes a millisecond. Nodes can start, leave
/// and crash; workers start at once and hand over eight bytes.
package final class MeasuredCluster {
    /// The size of a frame in bytes.
    package typealias FrameSize = (_ sender: Sender, _ messages: [Message]) -> Int

    enum Event {
        case deliver(MeasuredFrame)
        case wake(MeasuredNode)
        case input(MeasuredNode, Input)
        case connect(MeasuredNode)
        case action(() -> Void)
    }

    package static let kind = "worker"

    /// How many were ever started.
    private var started = 0
    /// Those that run, in the order of their starts.
    package private(set) var live: [MeasuredNode] = []
    /// Virtual time, in microseconds.
    package private(set) var now: UInt64 = 0
    /// Counted since the last ``reset()``.
    package internal(set) var traffic = Traffic()
    /// What the trackers counted since the last ``reset()``.
    package internal(set) var paths: [String: Int] = [:]
    /// Nodes that stopped by themselves, and why.
    package internal(set) var halts: [String] = []
    package let names: Int
    /// How many of them clients have asked for.
    package private(set) var registered = 0
    /// What ``settle(within:step:)`` waited for last.
    package private(set) var lastObstacle: String?
    let frameSize: FrameSize
    var byNode: [NodeID: MeasuredNode] = [:]
    var byQueue: [String: MeasuredNode] = [:]
    var events = EventQueue<Event>()
    let strategy: any PlacementStrategy
    private let configure: (inout TrackerConfiguration) -> Void
    private var random: SeededRandom
    private var lastIncarnation: UInt64 = 0

    static let latency: UInt64 = 1_000
    private static let epoch: UInt64 = 1_800_000_000_000_000
    private static let uptimeAtStart: UInt64 = 1_000_000_000

    /// - Parameters:
    ///   - seed: What all chance is drawn from.
    ///   - names: How many names ``register(over:)`` registers, in all.
    ///   - strategy: Default: `Rendezvous`, which needs no tables.
    ///   - frameSize: Counts the bytes of a frame. Default: none.
    ///   - configure: Changes the defaults of the trackers.
    package init(
        seed: UInt64, names: Int, strategy: any PlacementStrategy = Rendezvous(),
        frameSize: @escaping FrameSize = { _, _ in 0 },
        configure: @escaping (inout TrackerConfiguration) -> Void = { _ in }
    ) {
        random = SeededRandom(seed: seed)
        self.names = names
        self.strategy = strategy
        self.frameSize = frameSize
        self.configure = configure
    }

    // MARK: Time

    /// Lets everything happen that is due within so many microseconds.
    package func advance(_ duration: UInt64) {
        let end = now + duration
        while let next = events.nextTime, next <= end, let (time, event) = events.next() {
            now = time
            switch event {
            case .deliver(let frame): deliver(frame)
            case .wake(let node): wake(node)
            case .input(let node, let input): if node.isAlive { feed(node, [input]) }
            case .connect(let node): connect(node)
            case .action(let body): body()
            }
        }
        now = end
    }

    /// Advances in steps of `step` until the cluster has settled. False if that takes longer than `limit`.
    package func settle(within limit: UInt64, step: UInt64 = 500_000) -> Bool {
        let end = now + limit
        lastObstacle = nil
        while now < end {
            advance(step)
            guard let obstacle else { return true }
            lastObstacle = obstacle
        }
        return false
    }

    /// Forgets what was counted.
    package func reset() {
        traffic = Traffic()
        paths = [:]
    }

    func instant() -> Instant { Instant(uptime: Self.uptimeAtStart + now, wall: Self.epoch + now) }

    /// The virtual time of an uptime.
    func time(ofUptime uptime: UInt64) -> UInt64 {
        uptime == .max ? .max : max(now, uptime - min(uptime, Self.uptimeAtStart))
    }

    // MARK: Nodes

    /// Starts a node of this name now.
    @discardableResult
    package func start(_ name: String) -> MeasuredNode {
        let incarnation = max(Self.epoch + now, lastIncarnation + 1)
        lastIncarnation = incarnation
        let id = NodeID(name: name, incarnation: incarnation)
        var configuration = TrackerConfiguration(
            member: MemberDescription(node: id, kinds: [Self.kind]), strategy: strategy, seed: random.next())
        configure(&configuration)
        let node = MeasuredNode(index: started, configuration: configuration, now: instant())
        started += 1
        live.append(node)
        byNode[id] = node
        events.add(.connect(node), at: now + 10_000)
        return node
    }

    /// Starts a node of this name in so many microseconds.
    package func start(_ name: String, after delay: UInt64) {
        events.add(.action { [unowned self] in start(name) }, at: now + delay)
    }

    /// Lets a node hand everything over and leave.
    package func drain(_ node: MeasuredNode) { feed(node, [.drain(nil, timeout: 20_000_000)]) }

    /// Ends a node as `kill -9` does.
    package func crash(_ node: MeasuredNode) { end(node) }

    func end(_ node: MeasuredNode) {
        node.isAlive = false
        node.isConnected = false
        live.removeAll { $0 === node }
        byQueue[node.queue] = nil
        byNode[node.node] = nil
    }

    private func connect(_ node: MeasuredNode) {
        guard node.isAlive else { return }
        node.isConnected = true
        byQueue[node.queue] = node
        feed(node, [.connected(queue: node.queue)])
    }

    /// Has the nodes register all names within so many microseconds, each its share.
    package func register(over duration: UInt64) {
        let askers = live
        for index in 0..<names {
            let asker = askers[index % askers.count]
            let time = now + duration * UInt64(index) / UInt64(max(names, 1))
            events.add(.action { [unowned self] in register("name/\(index)", on: asker) }, at: time)
        }
    }

    private func register(_ name: String, on node: MeasuredNode) {
        guard node.isAlive else { return }
        registered += 1
        let id = RequestID(node: node.node, number: node.nextRequest)
        node.nextRequest += 1
        feed(node, [.request(id, .register(RegistrationOrder(name: name, kind: Self.kind)), timeout: 30_000_000)])
    }

    func draw(_ limit: UInt64) -> UInt64 { random.next() % limit }

    /// One of the nodes that run and are ready, by chance.
    package func someNode() -> MeasuredNode? {
        let ready = live.filter(\.tracker.isReady)
        return ready.isEmpty ? nil : random.pick(ready)
    }
}
