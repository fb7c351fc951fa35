import DequeModule

/// A queue of the engine.
struct BrokerQueue: Sendable {
    struct Entry: Sendable {
        let carried: any AnyObject & Sendable
        let size: Int
        let queuedAt: UInt64
        let expiresAt: UInt64
        /// Order of arrival: where it belongs if it is given back.
        let position: UInt64
        var isRedelivered = false
    }

    struct Consumer: Sendable {
        let number: UInt64
        let connection: BrokerConnectionID
        /// Unacknowledged messages it may have; 0: nothing is acknowledged.
        let prefetch: Int
        var unacknowledged = 0
        /// False if the connection is on the other side of a split.
        var isReached = true

        var hasRoom: Bool { isReached && (prefetch == 0 || unacknowledged < prefetch) }
    }

    struct Binding: Hashable, Sendable {
        let exchange: Int
        let key: String
    }

    let name: String
    /// The connection it is exclusive to; nil for a durable queue that all share.
    let owner: BrokerConnectionID?
    let options: BrokerQueueOptions
    /// Where the queue lives while the broker is split.
    var side: Int
    private(set) var entries: Deque<Entry> = []
    private(set) var bytes = 0
    private var nextPosition: UInt64 = 0
    var consumers: [Consumer] = []
    private var nextConsumer = 0
    var bindings: Set<Binding> = []
    /// A fault: nothing is delivered, and nobody is told.
    var isDeaf = false
    /// `ready` has been told and still holds.
    private(set) var isAnnounced = false

    init(name: String, owner: BrokerConnectionID?, options: BrokerQueueOptions, side: Int) {
        self.name = name
        self.owner = owner
        self.options = options
        self.side = side
    }

    var isReady: Bool { !isDeaf && !entries.isEmpty && consumers.contains { $0.hasRoom } }

    mutating func append(_ carried: any AnyObject & Sendable, size: Int, lifetime: UInt64?, now: UInt64) {
        let allowed = min(lifetime ?? .max, options.lifetime ?? .max)
        let (deadline, overflows) = now.addingReportingOverflow(allowed)
        entries.append(
            Entry(
                carried: carried, size: size, queuedAt: now, expiresAt: overflows ? .max : deadline,
                position: nextPosition))
        nextPosition += 1
        bytes += size
    }

    /// Drops the oldest until the limits hold; gives how many, and whether the queue has just become ready.
    mutating func settle() -> (dropped: Int, becameReady: Bool) {
        let dropped = dropHead()
        let wasReady = isAnnounced
        isAnnounced = isReady
        return (dropped, isAnnounced && !wasReady)
    }

    private mutating func dropHead() -> Int {
        var count = 0
        while entries.count > options.maximumCount ?? .max || bytes > options.maximumBytes ?? .max {
            guard removeFirst() != nil else { break }
            count += 1
        }
        return count
    }

    /// The oldest message that has not expired, and the consumer whose turn it is.
    mutating func take(now: UInt64) -> (entry: Entry?, consumer: Consumer?, expired: Int) {
        let expired = expire(now: now)
        guard !isDeaf, !entries.isEmpty, let index = nextConsumerIndex(), let entry = removeFirst() else {
            isAnnounced = false
            return (nil, nil, expired)
        }
        if consumers[index].prefetch > 0 { consumers[index].unacknowledged += 1 }
        isAnnounced = isReady
        return (entry, consumers[index], expired)
    }

    /// Forgets that `ready` was told.
    mutating func unannounce() { isAnnounced = false }

    /// Drops what has expired at the head (like RabbitMQ, only there); gives how many.
    private mutating func expire(now: UInt64) -> Int {
        var count = 0
        while let head = entries.first, head.expiresAt < now {
            removeFirst()
            count += 1
        }
        return count
    }

    @discardableResult
    private mutating func removeFirst() -> Entry? {
        guard let entry = entries.popFirst() else { return nil }
        bytes -= entry.size
        return entry
    }

    mutating func removeAll() -> Int {
        defer {
            entries = []
            bytes = 0
        }
        return entries.count
    }

    /// Puts a message back where it was.
    mutating func giveBack(_ entry: Entry) {
        var entry = entry
        entry.isRedelivered = true
        let place = entries.firstIndex { $0.position > entry.position } ?? entries.endIndex
        entries.insert(entry, at: place)
        bytes += entry.size
    }

    /// All that have room, one after the other.
    private mutating func nextConsumerIndex() -> Int? {
        for step in 0..<consumers.count {
            let index = (nextConsumer + step) % consumers.count
            guard consumers[index].hasRoom else { continue }
            nextConsumer = (index + 1) % consumers.count
            return index
        }
        return nil
    }
}
