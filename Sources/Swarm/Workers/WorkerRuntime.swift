package import Logging
package import SwarmCore
import Synchronization

/// The workers of one node. Does what the tracker wants of them, and tells it what came of that.
///
/// The user's code runs in tasks that the runtime makes, keeps and, where one does not end, cancels; never in the task
/// that calls ``perform(_:)``. When ``run()`` returns there are none left.
package final class WorkerRuntime: Sendable {
    private struct State {
        var cells: [UInt64: WorkerCell] = [:]
        var nextAdopted = WorkerRuntime.firstAdoptedID
        var ledger: RestartLedger
        var isClosed = false
        /// Who waits for the last cell to go.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private struct Services {
        weak var value: (any NodeServices)?
    }

    /// Ids of workers that were registered running begin here; the tracker counts its own from 1.
    package static let firstAdoptedID: UInt64 = 1 << 63

    let node: NodeID
    package let configuration: WorkerRuntimeConfiguration
    package let logger: Logger
    /// For messages, replies and arguments.
    package let coder: LimitedCoder
    /// For states.
    let stateCoder: LimitedCoder
    let timers: TimerQueue
    let metrics: WorkerMetrics
    let report: @Sendable (WorkerSignal) -> Void
    private let kindTable: [String: WorkerKind]
    private let uptime: @Sendable () -> UInt64
    private let lease = Atomic<UInt64>(.max)
    private let attached = Mutex(Services())
    private let state: Mutex<State>

    /// - Parameters:
    ///   - uptime: Microseconds on a clock that counts suspension, the clock of `Effect.lease`.
    ///   - report: Takes the signals for the tracker, from any thread; must not block.
    ///
    /// Throws `invalidArgument` for kinds whose names are not allowed or used twice.
    package init(
        node: NodeID, kinds: [any Worker.Type], configuration: WorkerRuntimeConfiguration = .init(), logger: Logger,
        metrics: WorkerMetrics = .init(), clock: any Clock<Duration> = ContinuousClock(),
        uptime: @escaping @Sendable () -> UInt64 = UptimeClock.now,
        report: @escaping @Sendable (WorkerSignal) -> Void
    ) throws {
        self.node = node
        self.configuration = configuration
        self.logger = logger
        self.metrics = metrics
        self.uptime = uptime
        self.report = report
        kindTable = try WorkerKind.table(of: kinds)
        coder = LimitedCoder(configuration.coder, limit: configuration.payloadLimit)
        stateCoder = LimitedCoder(configuration.coder, limit: configuration.stateLimit)
        timers = TimerQueue(clock: clock)
        state = Mutex(
            State(
                ledger: RestartLedger(
                    first: configuration.firstBackoff, longest: configuration.longestBackoff,
                    reset: configuration.backoffReset)))
    }

    /// The node's services, for contexts and references. Held weakly.
    package func attach(_ services: any NodeServices) { attached.withLock { $0.value = services } }

    var services: (any NodeServices)? { attached.withLock { $0.value } }

    /// The kinds that can be started here; sorted.
    package var kinds: [String] { kindTable.keys.sorted() }

    /// How many workers there are.
    package var count: Int { state.withLock { $0.cells.count } }

    // MARK: Life

    /// Waits until the task is cancelled, then stops all workers.
    package func run() async {
        let (forever, end) = AsyncStream.makeStream(of: Never.self)
        for await _ in forever {}
        withExtendedLifetime(end) {}
        await shutdown()
    }

    /// Stops all workers, and returns when they have stopped or were given up (after twice the `stopPatience`). Nothing
    /// can be started any more.
    package func shutdown() async {
        let cells = state.withLock { state in
            state.isClosed = true
            return state.cells.values.sorted { $0.workerID < $1.workerID }
        }
        for cell in cells { cell.stop(.shutdown, collectsHeld: false) }
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.cells.isEmpty { state.waiters.append(continuation) }
                return state.cells.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
        timers.close()
    }

    /// Drops all workers as the death of the process would: none of their code is called any more, `stop` neither, and
    /// nothing is reported of them. A message in hand is cancelled; what it does until it ends cannot be prevented.
    package func crash() {
        let cells = state.withLock { state in
            state.isClosed = true
            return state.cells.values.sorted { $0.workerID < $1.workerID }
        }
        for cell in cells { cell.crash() }
        timers.close()
    }

    // MARK: Running workers of the application

    /// Takes in a worker that runs already, and gives the id for `Input.adopt`. It gets messages from now on.
    package func adopt<W: Worker>(_ worker: W, name: String) throws -> UInt64 {
        try state.withLock { state in
            guard !state.isClosed else { throw SwarmError.nodeGone }
            let id = state.nextAdopted
            state.nextAdopted += 1
            let identity = WorkerIdentity(
                name: name, workerID: id,
                standing: .init(token: Token(clock: 0, node: node), groups: [], metadata: [:]), runtime: self)
            let kind = WorkerKind(W.self)
            state.cells[id] = WorkerCell(
                WorkerGate(running: TypedBody(worker), limit: kind.mailboxLimit), identity: identity, kind: kind,
                runtime: self, isAdopted: true)
            return id
        }
    }

    /// Its registration was refused: forgets it. The instance stays the application's, and its `stop` is not called.
    package func disown(workerID: UInt64) { cell(workerID)?.forget() }

    // MARK: Cells

    func cell(_ workerID: UInt64) -> WorkerCell? { state.withLock { $0.cells[workerID] } }

    /// The worker behind a claim, if it is here and of this type.
    func cell<W: Worker>(of claim: Claim, as type: W.Type) -> WorkerCell? {
        guard claim.host == node, let cell = cell(claim.workerID), cell.kind.typeID == ObjectIdentifier(type) else {
            return nil
        }
        return cell
    }

    /// Makes the cell of a worker that is to be started. Throws what `.started` is to say; nil if it exists already.
    func makeCell(_ order: WorkerOrder, state handed: HandedState?) throws(Failure) -> WorkerCell? {
        guard let kind = kindTable[order.kind] else {
            throw Failure(.unknownKind, "This node has no kind '\(order.kind)'; give it to SwarmNode(workers:).")
        }
        return try state.withLock { state throws(Failure) in
            guard !state.isClosed else {
                throw Failure(.stopped, "This node is stopping; the name starts elsewhere.")
            }
            guard state.cells[order.workerID] == nil else { return nil }
            let identity = WorkerIdentity(
                name: order.name, workerID: order.workerID,
                standing: .init(token: order.token, groups: order.groups, metadata: order.metadata), runtime: self)
            let cell = WorkerCell(
                WorkerGate(order: order, state: handed, limit: kind.mailboxLimit), identity: identity, kind: kind,
                runtime: self, isAdopted: false)
            state.cells[order.workerID] = cell
            return cell
        }
    }

    func remove(_ cell: WorkerCell) {
        metrics.count(.stops)
        let waiters = state.withLock { state in
            state.cells[cell.workerID] = nil
            guard state.cells.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: What cells need

    /// False past the end of the quorum lease: no message may be processed.
    var mayProcess: Bool {
        let end = lease.load(ordering: .acquiring)
        return end == .max || uptime() < end
    }

    func lease(until end: UInt64?) { lease.store(end ?? .max, ordering: .releasing) }

    /// Tells who waits for `request`; counts if nobody does.
    func refuse(_ request: RequestID?, _ failure: Failure) {
        if let request {
            report(.answered(request, .failure(failure)))
        } else {
            metrics.count(.drops)
        }
    }

    func reportEnd(of cell: WorkerCell, failure: String?) {
        let restarts =
            switch cell.kind.restartPolicy {
            case .permanent: !cell.isAdopted
            case .transient: !cell.isAdopted && failure != nil
            case .temporary: false
            }
        let now = timers.now
        let backoff = restarts ? state.withLock { $0.ledger.backoff(of: cell.identity.name, now: now) } : .zero
        report(
            .ended(workerID: cell.workerID, failure: failure, restart: restarts, backoff: backoff.wholeMicroseconds))
    }
}

extension Duration {
    fileprivate var wholeMicroseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds) * 1_000_000 + UInt64(clamping: attoseconds / 1_000_000_000_000)
    }
}
