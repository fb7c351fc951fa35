import Logging
import Swarm
import Synchronization

/// The state of a node's two connections, and the one door through which their threads tell of it: in order, one at a
/// time, and not any more once `run` has returned.
final class EventGate: Sendable {
    /// The connections of a node.
    enum Side { case consumer, publisher }

    private struct State {
        var emit: (@Sendable (TransportEvent) -> Void)?
        /// Set while the consumer is ready.
        var queue: String?
        /// What the consumer has bound; told of after `.connected`.
        var bound: [TransportBinding] = []
        var isPublisherReady = false
        var isAnnounced = false
        var hasBeenAnnounced = false
        /// An outage is told of once.
        var isOutageTold = false
        var failures = 0
    }

    private let state = Mutex(State())
    /// Whether frames may be sent: topology and bindings stand, and the lock of the name is held.
    private let isOpenForFrames = Atomic(false)
    private let metrics: AMQPMetrics
    private let logger: Logger

    init(metrics: AMQPMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    var canPublish: Bool { isOpenForFrames.load(ordering: .acquiring) }

    func open(_ emit: @escaping @Sendable (TransportEvent) -> Void) { state.withLock { $0.emit = emit } }

    func close() { state.withLock { $0.emit = nil } }

    /// The receiver must not block; it may call the transport.
    func send(_ event: TransportEvent) { state.withLock { $0.emit?(event) } }

    func consumerReady(queue: String, bound: [TransportBinding]) {
        isOpenForFrames.store(true, ordering: .releasing)
        state.withLock { state in
            state.queue = queue
            state.bound = bound
            announce(&state)
        }
    }

    /// A binding of the consumer stands, or was asked for again.
    func bound(_ binding: TransportBinding) {
        state.withLock { state in
            if !state.bound.contains(binding) { state.bound.append(binding) }
            if state.isAnnounced { state.emit?(.bound(binding)) }
        }
    }

    func unbound(_ binding: TransportBinding) {
        state.withLock { $0.bound.removeAll { $0 == binding } }
    }

    func publisherReady() {
        state.withLock { state in
            state.isPublisherReady = true
            announce(&state)
        }
    }

    /// A connection broke or could not be made. True if that is the first thing that ever happened.
    func lost(_ side: Side, reason: String) -> Bool {
        if side == .consumer { isOpenForFrames.store(false, ordering: .releasing) }
        return state.withLock { state in
            let isFirstAttempt = state.failures == 0 && !state.hasBeenAnnounced
            state.failures += 1
            switch side {
            case .consumer: state.queue = nil
            case .publisher: state.isPublisherReady = false
            }
            let isNews = !state.isOutageTold
            if state.isAnnounced { metrics.count(.disconnected) }
            state.isAnnounced = false
            state.isOutageTold = true
            if isNews { state.emit?(.disconnected(reason: reason)) }
            return isFirstAttempt
        }
    }

    private func announce(_ state: inout State) {
        guard let queue = state.queue, state.isPublisherReady, !state.isAnnounced else { return }
        state.isAnnounced = true
        state.hasBeenAnnounced = true
        state.isOutageTold = false
        metrics.count(.connected)
        logger.info("Connected to the broker.", metadata: [AMQPLoggingKey.queue: "\(queue)"])
        state.emit?(.connected(queue: queue))
        for binding in state.bound { state.emit?(.bound(binding)) }
    }
}
