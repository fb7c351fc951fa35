import DequeModule
import SwarmCore

/// What the in-memory broker knows of one node.
struct InMemoryNode: Sendable {
    /// A connection that is up, with its fresh queues.
    struct Link: Sendable {
        let connection: BrokerConnectionID
        /// Tells the receipts of one connection from those of another.
        let epoch: UInt64
        let exchanges: [TransportExchange: BrokerExchangeID]
        let heartbeatQueue: BrokerQueueID
        let controlQueue: BrokerQueueID
        let directQueue: BrokerQueueID
        /// nil for a client node.
        let groupQueue: BrokerQueueID?
        var requestConsumer: BrokerConsumerID?
        /// Control and direct queue take turns.
        var isDirectNext = false
    }

    private static let eventLimit = 65_536

    let context: TransportContext
    var link: Link?
    var isRunning = false
    /// `run` has ended, or the node was killed: nothing of it is sent any more.
    var isSilenced = false
    /// Its transport is no more.
    var isGone = false
    /// The bindings asked for, with their order.
    private(set) var bindings: [TransportBinding: UInt64] = [:]
    private var nextBinding: UInt64 = 0
    var servesRequests = false
    var backlog: InMemoryBacklog
    /// Requests from outside that the broker has given to this node.
    var requests: Deque<InboundFrame> = []
    private var events: Deque<TransportEvent> = []
    private var dropped = [Int](repeating: 0, count: TransportLane.allCases.count)
    /// Wakes the task in `run`; nil while it is awake.
    private(set) var waker: AsyncStream<Void>.Continuation?
    private var alarmClock: AsyncStream<Void>.Continuation?

    init(context: TransportContext, configuration: InMemoryConfiguration) {
        self.context = context
        backlog = InMemoryBacklog(
            countLimit: configuration.outboundCount, byteLimit: configuration.outboundBytes)
    }

    var name: String { context.node.name }

    var wantsConnection: Bool { link == nil && isRunning && !isSilenced }

    mutating func begin(_ clock: AsyncStream<Void>.Continuation) {
        isRunning = true
        isSilenced = false
        alarmClock = clock
        waker = nil
    }

    mutating func end() {
        isRunning = false
        isSilenced = true
        backlog.removeAll()
        events = []
        alarmClock = nil
        waker = nil
    }

    /// The one to wake now, if it sleeps.
    mutating func wake() -> AsyncStream<Void>.Continuation? {
        defer { waker = nil }
        return waker
    }

    /// The task in `run` has nothing to do.
    mutating func sleep() { waker = alarmClock }

    mutating func add(_ binding: TransportBinding) {
        guard bindings[binding] == nil else { return }
        bindings[binding] = nextBinding
        nextBinding += 1
    }

    mutating func remove(_ binding: TransportBinding) -> Bool { bindings.removeValue(forKey: binding) != nil }

    var orderedBindings: [TransportBinding] { bindings.sorted { $0.value < $1.value }.map(\.key) }

    mutating func note(_ event: TransportEvent) {
        guard events.count < Self.eventLimit else {
            dropped[Int(TransportLane.control.rawValue)] += 1
            return
        }
        events.append(event)
    }

    mutating func noteDropped(_ lane: TransportLane, count: Int = 1) { dropped[Int(lane.rawValue)] += count }

    mutating func nextNote() -> TransportEvent? {
        if let event = events.popFirst() { return event }
        for lane in TransportLane.allCases where dropped[Int(lane.rawValue)] > 0 {
            defer { dropped[Int(lane.rawValue)] = 0 }
            return .dropped(lane, count: dropped[Int(lane.rawValue)])
        }
        return nil
    }

    mutating func forgetNotes() { events = [] }
}
