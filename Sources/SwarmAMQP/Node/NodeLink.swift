import Logging
import Swarm
import SwarmCore
import Synchronization

/// What the two threads of a node's transport share with each other and with its callers.
final class NodeLink: Sendable {
    let context: TransportContext
    let gate: EventGate
    let metrics: AMQPMetrics
    let bindings = BindingTable()
    let nameProbe = NameProbe()
    let publisherWake = WakeSignal()
    let consumerWake = WakeSignal()
    /// Where one connection succeeds, the other tries at once.
    let publisherNudge = WakeSignal()
    let consumerNudge = WakeSignal()
    let stop = StopSignal()
    private let outbound: Mutex<OutboundQueue>
    private let receipts = Mutex<[FrameReceipt]>([])
    private let serves = Atomic(false)
    private let consumerRestart = Atomic(false)
    /// Uptime in nanoseconds at which depths were noted last.
    private let depthsNoted = Atomic<UInt64>(0)

    /// More than can be outstanding: what comes beyond was never delivered.
    private static let receiptLimit = 3 * 65_535

    init(_ context: TransportContext, options: AMQPOptions) {
        self.context = context
        metrics = AMQPMetrics(cluster: context.cluster, node: context.node.name)
        gate = EventGate(metrics: metrics, logger: context.logger)
        outbound = Mutex(OutboundQueue(options.outbound))
    }

    // MARK: Outbound

    func push(_ frame: OutboundFrame) -> Bool {
        guard !stop.isSet else { return false }
        let now = Uptime.nanoseconds()
        let isAccepted = outbound.withLock { $0.push(frame, now: now) }
        publisherWake.set()
        return isAccepted
    }

    func pop() -> OutboundFrame? {
        let now = Uptime.nanoseconds()
        return outbound.withLock { $0.pop(now: now) }
    }

    var hasOutbound: Bool { outbound.withLock { !$0.isEmpty } }

    func countDropped(_ lane: TransportLane) { outbound.withLock { $0.countDropped(lane) } }

    /// Tells of dropped frames; and, once a second, notes how many wait.
    func reportDropped() {
        for (lane, count) in outbound.withLock({ $0.takeDropped() }) {
            metrics.dropped(lane, count)
            gate.send(.dropped(lane, count: count))
        }
        let now = Uptime.nanoseconds()
        guard now - depthsNoted.load(ordering: .relaxed) >= 1_000_000_000 else { return }
        depthsNoted.store(now, ordering: .relaxed)
        let depths = outbound.withLock { queue in TransportLane.allCases.map { ($0, queue.count($0)) } }
        for (lane, depth) in depths { metrics.depth(lane, depth) }
    }

    // MARK: To the consumer

    func acknowledge(_ receipt: FrameReceipt) {
        receipts.withLock { if $0.count < Self.receiptLimit { $0.append(receipt) } }
        consumerWake.set()
    }

    func takeReceipts(_ buffer: inout [FrameReceipt]) {
        buffer.removeAll(keepingCapacity: true)
        receipts.withLock { swap(&$0, &buffer) }
    }

    var servesRequests: Bool {
        get { serves.load(ordering: .acquiring) }
        set {
            serves.store(newValue, ordering: .releasing)
            consumerWake.set()
        }
    }

    /// An exchange has vanished, and all bindings with it: everything has to be declared anew.
    func restartConsumer() {
        consumerRestart.store(true, ordering: .releasing)
        consumerWake.set()
    }

    func takeConsumerRestart() -> Bool { consumerRestart.exchange(false, ordering: .acquiringAndReleasing) }

    func stopAll() {
        stop.set()
        publisherWake.set()
        consumerWake.set()
    }
}

/// How the consumer, which never publishes, finds out whether anybody takes messages for the name it waits for: the
/// publisher asks with a mandatory message.
final class NameProbe: Sendable {
    private struct State {
        var isAsked = false
        var isRouted: Bool?
    }

    private let state = Mutex(State())

    /// Asks anew, and gives the last answer: nil if there was none.
    func ask() -> Bool? {
        state.withLock { state in
            state.isAsked = true
            return state.isRouted
        }
    }

    func reset() { state.withLock { $0 = State() } }

    /// For the publisher: whether to ask.
    var isAsked: Bool { state.withLock { $0.isAsked } }

    func answer(_ isRouted: Bool?) {
        state.withLock { $0 = State(isAsked: false, isRouted: isRouted) }
    }
}
