package import Swarm
package import SwarmCore
import Synchronization

/// One node of a check: runs a connection, and keeps what it is told until somebody asks for it.
package final class TransportPeer: Sendable {
    private struct Waiter: Sendable {
        let isWanted: @Sendable (TransportEvent) -> Bool
        let continuation: CheckedContinuation<TransportEvent, any Error>
    }

    private struct Log: Sendable {
        var events: [TransportEvent] = []
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
        var ending: ConformanceFailure?
        var acknowledges = true
    }

    package let node: NodeID
    package let cluster: String
    package let connection: any NodeTransport
    private let patience: Duration
    private let log = Mutex(Log())
    private let task = Mutex<Task<Void, any Error>?>(nil)

    package init(
        _ name: String, incarnation: UInt64 = 1, cluster: String, isClient: Bool = false,
        in environment: TransportEnvironment
    ) {
        node = NodeID(name: name, incarnation: incarnation)
        self.cluster = cluster
        patience = environment.patience
        connection = environment.transport.makeNodeTransport(
            TransportContext(cluster: cluster, node: node, isClient: isClient, logger: environment.logger))
    }

    deinit { task.withLock { $0?.cancel() } }

    // MARK: Running

    package func start() {
        let connection = connection
        log.withLock { $0.ending = nil }
        let running = Task { [weak self] in
            do {
                try await connection.run { [weak self] event in self?.note(event) }
                self?.end(ConformanceFailure("run() has returned"))
            } catch {
                self?.end(ConformanceFailure("run() threw \(error)"))
                throw error
            }
        }
        task.withLock { $0 = running }
    }

    /// Starts, and waits until connected; gives the queue for probes.
    @discardableResult
    package func connect() async throws -> String {
        start()
        return try await connected()
    }

    package func connected() async throws -> String {
        guard case .connected(let queue) = try await next("to be connected", { $0.isConnected }) else { return "" }
        return queue
    }

    /// Cancels `run` and waits for its end.
    package func stop() async {
        let running = task.withLock { task in
            defer { task = nil }
            return task
        }
        running?.cancel()
        _ = await running?.result
    }

    /// What `run` throws; fails if it goes on.
    package func thrown() async throws -> any Error {
        guard let running = task.withLock({ $0 }) else { throw ConformanceFailure("not started") }
        let patience = patience
        let timer = Task {
            try await Task.sleep(for: patience)
            running.cancel()
        }
        defer { timer.cancel() }
        switch await running.result {
        case .success: throw ConformanceFailure("\(node.name): run() should have thrown")
        case .failure(let error): return error
        }
    }

    // MARK: Events

    private func note(_ event: TransportEvent) {
        let (receipt, found) = log.withLock { log -> (FrameReceipt?, (Waiter, TransportEvent)?) in
            var receipt: FrameReceipt?
            if case .received(let frame) = event, log.acknowledges { receipt = frame.receipt }
            for number in log.waiters.keys.sorted() {
                guard let waiter = log.waiters[number], waiter.isWanted(event) else { continue }
                log.waiters[number] = nil
                return (receipt, (waiter, event))
            }
            log.events.append(event)
            return (receipt, nil)
        }
        if let receipt { connection.acknowledge(receipt) }
        if let (waiter, event) = found { waiter.continuation.resume(returning: event) }
    }

    private func end(_ reason: ConformanceFailure) {
        let waiters = log.withLock { log in
            log.ending = reason
            defer { log.waiters = [:] }
            return log.waiters
        }
        for number in waiters.keys.sorted() { waiters[number]?.continuation.resume(throwing: reason) }
    }

    /// From now on nothing is acknowledged.
    package func withholdAcknowledgements() { log.withLock { $0.acknowledges = false } }

    /// The first event of this kind that nobody has asked for yet, or the next one to come.
    package func next(
        _ what: String, _ isWanted: @escaping @Sendable (TransportEvent) -> Bool
    ) async throws -> TransportEvent {
        let number = log.withLock { log in
            defer { log.nextWaiter += 1 }
            return log.nextWaiter
        }
        let patience = patience
        let timer = Task { [weak self] in
            try await Task.sleep(for: patience)
            self?.giveUp(number, what)
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready = log.withLock { log -> Result<TransportEvent, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let place = log.events.firstIndex(where: isWanted) {
                        return .success(log.events.remove(at: place))
                    }
                    if let ending = log.ending { return .failure(ending) }
                    log.waiters[number] = Waiter(isWanted: isWanted, continuation: continuation)
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            log.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume(throwing: CancellationError())
        }
    }

    private func giveUp(_ number: Int, _ what: String) {
        let (waiter, events) = log.withLock { ($0.waiters.removeValue(forKey: number), $0.events) }
        let seen = events.suffix(20).map { "\($0.summary)" }.joined(separator: ", ")
        waiter?.continuation.resume(
            throwing: ConformanceFailure("\(node.name) waited in vain \(what); it was told: [\(seen)]"))
    }

    /// The next frame with this body.
    @discardableResult
    package func frame(_ text: String) async throws -> InboundFrame {
        let event = try await next("for a frame '\(text)'") { $0.frame.map { $0.body == Array(text.utf8) } ?? false }
        guard let frame = event.frame else { throw ConformanceFailure("not a frame") }
        return frame
    }

    /// Fails if a frame with this body has come and nobody has asked for it.
    package func refute(_ text: String) throws {
        let isThere = log.withLock { $0.events.contains { $0.frame?.body == Array(text.utf8) } }
        if isThere { throw ConformanceFailure("\(node.name) received '\(text)', which was not for it") }
    }

    /// All events that nobody has asked for yet, in order.
    package var untaken: [TransportEvent] { log.withLock { $0.events } }

    /// The texts of all frames of a lane that nobody has asked for, in order.
    package func texts(in lane: TransportLane) -> [String] {
        untaken.compactMap(\.frame).filter { $0.lane == lane }.map { String(decoding: $0.body, as: UTF8.self) }
    }

    package func bind(_ binding: TransportBinding) async throws {
        connection.bind(binding)
        try await bound(binding)
    }

    package func bound(_ binding: TransportBinding) async throws {
        _ = try await next("for \(binding) to be bound") { event in
            if case .bound(let found) = event { found == binding } else { false }
        }
    }

    package func returned(_ id: UInt64) async throws {
        _ = try await next("for message \(id) to come back") { event in
            if case .returned(let found) = event { found == id } else { false }
        }
    }

    /// Fails if a message of this number has come back.
    package func refuteReturned(_ id: UInt64) throws {
        let isThere = log.withLock { log in
            log.events.contains { if case .returned(let found) = $0 { found == id } else { false } }
        }
        if isThere { throw ConformanceFailure("message \(id) was routable and came back all the same") }
    }

    // MARK: Sending

    package func send(_ frame: OutboundFrame) throws {
        guard connection.publish(frame) else {
            throw ConformanceFailure("\(node.name): publish refused \(frame.destination)")
        }
    }

    /// Sends many in order, however small the lanes are.
    package func send(_ texts: [String], to exchange: TransportExchange, _ key: String, lane: TransportLane)
        async throws
    {
        for text in texts {
            let frame = OutboundFrame(to: .exchange(exchange, key: key), lane: lane, body: Array(text.utf8))
            var attempts = 0
            while !connection.publish(frame) {
                attempts += 1
                if attempts > 2_000 { throw ConformanceFailure("\(node.name): the \(lane) lane stays full") }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    package func send(
        _ text: String, to exchange: TransportExchange, _ key: String, lane: TransportLane = .control,
        returnID: UInt64? = nil
    ) throws {
        try send(
            OutboundFrame(to: .exchange(exchange, key: key), lane: lane, body: Array(text.utf8), returnID: returnID))
    }
}

extension TransportEvent {
    package var frame: InboundFrame? {
        if case .received(let frame) = self { frame } else { nil }
    }

    package var isConnected: Bool {
        if case .connected = self { true } else { false }
    }

    package var isDisconnected: Bool {
        if case .disconnected = self { true } else { false }
    }

    /// Short enough for a failure's text.
    var summary: String {
        switch self {
        case .received(let frame):
            "received(\(frame.lane), \(frame.key), '\(String(decoding: frame.body.prefix(40), as: UTF8.self))')"
        default: "\(self)"
        }
    }
}
