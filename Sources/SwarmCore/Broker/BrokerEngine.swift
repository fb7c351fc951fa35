import DequeModule

/// What ``BrokerModel`` does, without the type of the bodies: messages are opaque references here, so that none of it is
/// generic and the simulator's millions of messages cost what they should, in debug builds too.
struct BrokerEngine: Sendable {
    struct Connection: Sendable {
        var userID: String?
        var side = 0
        var exclusiveQueues: [BrokerQueueID] = []
        /// Shared queues it consumes.
        var consumedQueues: [BrokerQueueID] = []
        var unacknowledged: [UInt64: Unacknowledged] = [:]
        var nextTag: UInt64 = 1
        /// It published into an alarm, and has been told.
        var isBlocked = false
        var blockedBytes = 0
    }

    struct Unacknowledged: Sendable {
        let consumer: BrokerConsumerID
        let entry: BrokerQueue.Entry
    }

    struct Waiting: Sendable {
        let publication: Publication
        let connection: BrokerConnectionID
    }

    struct Publication: Sendable {
        let carried: any AnyObject & Sendable
        let destination: BrokerDestination
        let size: Int
        let returnID: UInt64?
        let lifetime: UInt64?
    }

    let limits: BrokerLimits
    var counters = BrokerCounters()
    var isRunning = true
    var hasAlarm = false
    /// Connections have been put on different sides.
    var isSplit = false
    /// Whether a queue beyond the split counts as gone (unroutable) or swallows what is sent to it.
    var returnsAcrossSplit = true

    var connections: [Connection] = []
    /// Who has each slot of `connections`; nil: nobody. Slots are used again. (Apart from `connections`, and so with
    /// queues, because unoptimised code copies the whole element to read a field of it.)
    var connectionIDs: [BrokerConnectionID?] = []
    var queues: [BrokerQueue] = []
    var queueIDs: [BrokerQueueID?] = []
    var exchanges: [BrokerExchange] = []
    /// What blocked connections published, in order.
    var waiting: Deque<Waiting> = []
    var queueSlots: [String: Int] = [:]
    var exchangeSlots: [String: Int] = [:]
    private var freeConnections: [Int] = []
    private var freeQueues: [Int] = []
    private var nextSerial: UInt64 = 1

    init(limits: BrokerLimits) { self.limits = limits }

    // MARK: Connections

    mutating func connect(userID: String?) throws(BrokerError) -> BrokerConnectionID {
        guard isRunning else { throw .notConnected }
        let slot: Int
        if let free = freeConnections.popLast() {
            slot = free
        } else {
            guard connections.count < min(limits.connections, SlotNumber.slotLimit) else { throw .limitReached }
            slot = connections.count
            connections.append(Connection())
            connectionIDs.append(nil)
        }
        let id = BrokerConnectionID(number: SlotNumber(serial: takeSerial(), slot: slot))
        connections[slot] = Connection(userID: userID)
        connectionIDs[slot] = id
        return id
    }

    /// Exclusive queues and their bindings vanish, unacknowledged messages go back to shared queues.
    mutating func disconnect(_ id: BrokerConnectionID, into outputs: inout [BrokerOutput]) {
        guard let slot = connectionSlot(id) else { return }
        let connection = connections[slot]
        connections[slot] = Connection()
        connectionIDs[slot] = nil
        freeConnections.append(slot)
        if connection.blockedBytes > 0 {
            let before = waiting.count
            waiting.removeAll { $0.connection == id }
            counters.lost += before - waiting.count
        }
        for queue in connection.consumedQueues {
            guard let index = queueSlot(queue) else { continue }
            queues[index].consumers.removeAll { $0.connection == id }
        }
        for tag in connection.unacknowledged.keys.sorted(by: >) {
            guard let held = connection.unacknowledged[tag], let index = queueSlot(held.consumer.queue),
                queues[index].owner == nil
            else { continue }
            queues[index].giveBack(held.entry)
            counters.requeued += 1
        }
        for queue in connection.exclusiveQueues {
            if let index = queueSlot(queue) { removeQueue(at: index) }
        }
        for queue in connection.consumedQueues {
            if let index = queueSlot(queue) { settle(index, &outputs) }
        }
    }

    func connectionSlot(_ id: BrokerConnectionID) -> Int? {
        let slot = id.number.slot
        return slot < connectionIDs.count && connectionIDs[slot] == id ? slot : nil
    }

    /// All that are up, by age.
    var liveConnections: [BrokerConnectionID] { connectionIDs.compactMap(\.self).sorted() }

    // MARK: Topology

    mutating func declareExchange(_ name: String) throws(BrokerError) -> BrokerExchangeID {
        if let slot = exchangeSlots[name] { return BrokerExchangeID(index: slot) }
        guard name.utf8.count <= limits.nameBytes else { throw .nameTooLong }
        guard exchanges.count < limits.exchanges else { throw .limitReached }
        exchangeSlots[name] = exchanges.count
        exchanges.append(BrokerExchange(name: name))
        return BrokerExchangeID(index: exchanges.count - 1)
    }

    /// With an owner exclusive to it, else durable and shared. Declaring what exists gives what exists.
    mutating func declareQueue(
        _ name: String?, owner: BrokerConnectionID?, by connection: BrokerConnectionID?, options: BrokerQueueOptions
    ) throws(BrokerError) -> BrokerQueueID {
        var side = 0
        if let connection {
            guard let slot = connectionSlot(connection) else { throw .notConnected }
            side = owner == nil ? 0 : connections[slot].side
        }
        if let name {
            guard name.utf8.count <= limits.nameBytes else { throw .nameTooLong }
            if let slot = queueSlots[name], let id = queueIDs[slot] {
                guard queues[slot].owner == nil || queues[slot].owner == connection else { throw .resourceLocked }
                guard queues[slot].owner == owner, queues[slot].options == options else { throw .preconditionFailed }
                return id
            }
        }
        guard queueSlots.count < min(limits.queues, SlotNumber.slotLimit) else { throw .limitReached }
        let serial = takeSerial()
        let slot = freeQueues.popLast() ?? queues.count
        let id = BrokerQueueID(number: SlotNumber(serial: serial, slot: slot))
        let name = name ?? "amq.gen-\(serial)"
        let queue = BrokerQueue(name: name, owner: owner, options: options, side: side)
        if slot == queues.count {
            queues.append(queue)
            queueIDs.append(id)
        } else {
            queues[slot] = queue
            queueIDs[slot] = id
        }
        queueSlots[name] = slot
        if let owner, let slot = connectionSlot(owner) { connections[slot].exclusiveQueues.append(id) }
        return id
    }

    mutating func bind(
        _ queue: BrokerQueueID, to exchange: BrokerExchangeID, key: String, by connection: BrokerConnectionID?
    ) throws(BrokerError) {
        let slot = try accessibleQueue(queue, by: connection)
        guard exchanges.indices.contains(exchange.index) else { throw .notFound }
        guard key.utf8.count <= limits.nameBytes else { throw .nameTooLong }
        guard queues[slot].bindings.insert(.init(exchange: exchange.index, key: key)).inserted else { return }
        exchanges[exchange.index].bind(slot, to: key)
    }

    mutating func unbind(
        _ queue: BrokerQueueID, from exchange: BrokerExchangeID, key: String, by connection: BrokerConnectionID?
    ) throws(BrokerError) {
        let slot = try accessibleQueue(queue, by: connection)
        guard exchanges.indices.contains(exchange.index) else { throw .notFound }
        guard queues[slot].bindings.remove(.init(exchange: exchange.index, key: key)) != nil else { return }
        exchanges[exchange.index].unbind(slot, from: key)
    }

    /// Deletes it with its bindings and messages. Without `notifying` its consumers do not learn of it: a fault seen
    /// in clusters of brokers, which leaves the connection up and deaf.
    mutating func deleteQueue(_ id: BrokerQueueID, notifying: Bool, into outputs: inout [BrokerOutput]) {
        guard let slot = queueSlot(id) else { return }
        if notifying {
            for consumer in queues[slot].consumers { outputs.append(.cancelled(consumer.connection, id)) }
        }
        removeQueue(at: slot)
    }

    func queueSlot(_ id: BrokerQueueID) -> Int? {
        let slot = id.number.slot
        return slot < queueIDs.count && queueIDs[slot] == id ? slot : nil
    }

    /// A queue that the connection may use; nil is the operator, who may use any.
    func accessibleQueue(_ id: BrokerQueueID, by connection: BrokerConnectionID?) throws(BrokerError) -> Int {
        if let connection, connectionSlot(connection) == nil { throw .notConnected }
        guard let slot = queueSlot(id) else { throw .notFound }
        if let owner = queues[slot].owner, let connection, owner != connection { throw .resourceLocked }
        return slot
    }

    private mutating func removeQueue(at slot: Int) {
        for binding in queues[slot].bindings { exchanges[binding.exchange].unbind(slot, from: binding.key) }
        queueSlots[queues[slot].name] = nil
        counters.lost += queues[slot].removeAll()
        queues[slot].bindings = []
        queues[slot].consumers = []
        queueIDs[slot] = nil
        freeQueues.append(slot)
    }

    private mutating func takeSerial() -> UInt64 {
        defer { nextSerial += 1 }
        return nextSerial
    }
}
