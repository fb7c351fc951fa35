import DequeModule
import HeapModule

/// A request of the local application, until it is answered.
struct PendingRequest: Sendable {
    enum Phase: Sendable {
        /// Waits for its next try.
        case waiting
        /// Was sent to this node (which may be this one).
        case sent(NodeID)
        /// Was carried out; the answer waits until this replica has it too.
        case replicating(LogPosition, Result<ReplyBody, Failure>)
    }

    let id: RequestID
    /// What the nodes know it by. What is to be done once and was refused for now is tried again under another id, so that
    /// copies of the refused one that are still on their way are known for what they are.
    var wireID: RequestID
    let body: RequestBody
    /// Uptime at which it fails.
    let deadline: UInt64
    var phase = Phase.waiting
    /// Uptime of the next try.
    var due: UInt64
    var wait: UInt64
    var tries = 0
    var lastFailure: Failure?
    /// Tries of which no answer has said that nothing was done: it may have been executed.
    var openTries = 0
    /// The registration that it means, if it changes an entry.
    var birth: LogPosition?
    /// This node took it and passed it on; that may get lost.
    var wasForwarded = false
    /// Frames that left with this wire id.
    var transmissions = 0

    init(id: RequestID, body: RequestBody, deadline: UInt64, due: UInt64, wait: UInt64) {
        self.id = id
        wireID = id
        self.body = body
        self.deadline = deadline
        self.due = due
        self.wait = wait
    }
}

/// The pending requests, by id, by time and by what they wait for.
struct RequestTable: Sendable {
    private struct Due: Comparable, Sendable {
        let at: UInt64
        let id: RequestID

        static func < (left: Due, right: Due) -> Bool { left.at == right.at ? left.id < right.id : left.at < right.at }
    }

    private var items: [RequestID: PendingRequest] = [:]
    /// Requests by their wire id, where that is another one.
    private var renamed: [RequestID: RequestID] = [:]
    private var dues = Heap<Due>()
    private var waiting: [NodeID: Deque<(sequence: UInt64, id: RequestID)>] = [:]

    var count: Int { items.count }

    /// The earliest uptime at which a request is to be looked at; may be early, never late.
    var nextDue: UInt64? { dues.min?.at }

    subscript(id: RequestID) -> PendingRequest? { items[id] }

    var ids: [RequestID] { items.keys.sorted() }

    /// The request that is under way by this wire id.
    func sent(as wireID: RequestID) -> PendingRequest? {
        items[renamed[wireID] ?? wireID].flatMap { $0.wireID == wireID ? $0 : nil }
    }

    mutating func noteForward(of wireID: RequestID) { items[renamed[wireID] ?? wireID]?.wasForwarded = true }

    /// The next try goes by another wire id.
    mutating func rename(_ id: RequestID, to wireID: RequestID) {
        guard let item = items[id] else { return }
        renamed[item.wireID] = nil
        renamed[wireID] = id
        items[id]?.wireID = wireID
        items[id]?.transmissions = 0
    }

    mutating func set(_ request: PendingRequest) {
        items[request.id] = request
        dues.insert(Due(at: min(request.due, request.deadline), id: request.id))
        if case .replicating(let position, _) = request.phase {
            waiting[position.origin, default: []].append((position.sequence, request.id))
        }
    }

    @discardableResult
    mutating func remove(_ id: RequestID) -> PendingRequest? {
        guard let item = items.removeValue(forKey: id) else { return nil }
        renamed[item.wireID] = nil
        return item
    }

    /// Those whose time has come, each once.
    mutating func takeDue(now: UInt64) -> [RequestID] {
        var ids: [RequestID] = []
        while let first = dues.min, first.at <= now {
            dues.removeMin()
            guard let item = items[first.id], min(item.due, item.deadline) <= now else { continue }
            if ids.last != first.id { ids.append(first.id) }
        }
        return ids
    }

    /// Those that waited until `origin`'s log had reached `upTo`.
    mutating func replicated(_ origin: NodeID, upTo: UInt64) -> [(id: RequestID, result: Result<ReplyBody, Failure>)] {
        var done: [(id: RequestID, result: Result<ReplyBody, Failure>)] = []
        while let first = waiting[origin]?.first, first.sequence <= upTo {
            waiting[origin]?.removeFirst()
            if let item = items[first.id], case .replicating(_, let result) = item.phase {
                done.append((first.id, result))
            }
        }
        if waiting[origin]?.isEmpty ?? false { waiting[origin] = nil }
        return done
    }
}
