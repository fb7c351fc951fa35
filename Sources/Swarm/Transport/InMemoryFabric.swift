import SwarmCore

/// All of an ``InMemoryBroker``, under its lock: the model, and who is behind its connections.
struct InMemoryFabric: Sendable {
    /// What is to be done when the lock is free again.
    enum Followup: Sendable {
        case wake(AsyncStream<Void>.Continuation)
        case answer(InMemoryClientState.Waiter, Result<InboundFrame, any Error>)
        case deliver(AsyncStream<InboundFrame>.Continuation, InboundFrame)
        case finish(AsyncStream<InboundFrame>.Continuation)

        func perform() {
            switch self {
            case .wake(let continuation): continuation.yield()
            case .answer(let waiter, let result): waiter.answer(result)
            case .deliver(let continuation, let frame): continuation.yield(frame)
            case .finish(let continuation): continuation.finish()
            }
        }
    }

    enum Party: Sendable {
        case node(Int)
        case client(Int)
    }

    enum QueueUse: Sendable {
        /// A queue of a node; its task takes what is in it.
        case lane(TransportLane, node: Int)
        /// Requests from outside: given to whoever's turn it is.
        case requests
        case replies(client: Int)
        case subscription(client: Int)
    }

    let configuration: InMemoryConfiguration
    var model: BrokerModel<InMemoryFrame>
    /// By number. That of a node that has gone is used again.
    var nodes: [InMemoryNode] = []
    var clients: [Int: InMemoryClientState] = [:]
    var parties: [BrokerConnectionID: Party] = [:]
    var queueUses: [BrokerQueueID: QueueUse] = [:]
    /// Names of nodes that are cut off, and the sides of a split; other names are on side 0.
    var cutNames: Set<String> = []
    var sides: [String: Int] = [:]
    var users: [String: String] = [:]
    var outputs: [BrokerOutput] = []
    var followups: [Followup] = []
    private var nextNumber = 1
    private let epoch = ContinuousClock.now

    init(configuration: InMemoryConfiguration) {
        self.configuration = configuration
        model = BrokerModel(limits: configuration.broker)
    }

    /// Microseconds since the broker was made.
    var now: UInt64 {
        let (seconds, attoseconds) = epoch.duration(to: .now).components
        return UInt64(seconds) * 1_000_000 + UInt64(attoseconds / 1_000_000_000_000)
    }

    mutating func takeNumber() -> Int {
        defer { nextNumber += 1 }
        return nextNumber
    }

    mutating func wake(_ node: Int) {
        if let continuation = nodes[node].wake() { followups.append(.wake(continuation)) }
    }

    /// Tells everybody what the model has put out; called at the end of everything that touches it.
    mutating func settle() {
        var index = 0
        while index < outputs.count {
            handle(outputs[index])
            index += 1
        }
        outputs.removeAll(keepingCapacity: true)
    }

    private mutating func handle(_ output: BrokerOutput) {
        switch output {
        case .ready(let queue):
            switch queueUses[queue] {
            case .lane(_, let node): wake(node)
            case .requests, .replies, .subscription: pump(queue)
            case nil: break
            }
        case .returned(let connection, let id): returned(id, on: connection)
        case .dropped(let queue, let count):
            guard case .lane(let lane, let node) = queueUses[queue] else { return }
            nodes[node].noteDropped(lane, count: count)
            wake(node)
        case .blocked(let connection): note(.blocked("the broker has a memory alarm"), on: connection)
        case .unblocked(let connection):
            note(.unblocked, on: connection)
            if case .node(let node) = parties[connection] { flush(node) }
        case .closed(let connection): closed(connection, reason: "the broker closed the connection")
        case .cancelled: break
        }
    }

    private mutating func note(_ event: TransportEvent, on connection: BrokerConnectionID) {
        guard case .node(let node) = parties[connection] else { return }
        nodes[node].note(event)
        wake(node)
    }

    private mutating func returned(_ id: UInt64, on connection: BrokerConnectionID) {
        switch parties[connection] {
        case .node: note(.returned(id: id), on: connection)
        case .client(let client): returned(id, client: client)
        case nil: break
        }
    }

    /// Delivers everything that a pushed queue has for whoever has room.
    private mutating func pump(_ queue: BrokerQueueID) {
        while let delivery = model.take(queue, now: now, into: &outputs) {
            switch parties[delivery.connection] {
            case .node(let node):
                guard let link = nodes[node].link else { continue }
                let receipt = delivery.tag.map { FrameReceipt(lane: .request, connection: link.epoch, tag: $0) }
                nodes[node].requests.append(InboundFrame(delivery, lane: .request, receipt: receipt))
                wake(node)
            case .client(let client): received(delivery, client: client)
            case nil: break
            }
        }
    }

    /// The connection is gone from the model; its owner is told.
    mutating func closed(_ connection: BrokerConnectionID, reason: String) {
        switch parties.removeValue(forKey: connection) {
        case .node(let node):
            guard let link = nodes[node].link else { return }
            for queue in [link.heartbeatQueue, link.controlQueue, link.directQueue] { queueUses[queue] = nil }
            if let queue = link.groupQueue { queueUses[queue] = nil }
            nodes[node].link = nil
            nodes[node].requests.removeAll()
            nodes[node].note(.disconnected(reason: reason))
            wake(node)
        case .client(let client): lostConnection(client: client)
        case nil: break
        }
    }

    /// Ends a connection as its client's process would.
    mutating func disconnect(_ connection: BrokerConnectionID, reason: String) {
        model.disconnect(connection, into: &outputs)
        closed(connection, reason: reason)
    }
}
