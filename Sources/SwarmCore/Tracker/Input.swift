/// All that can happen to a tracker.
package enum Input: Sendable {
    /// The transport is connected, with these fresh queues; also after each reconnect.
    case connected(queue: String)
    case disconnected
    /// The broker has stopped reading from us (memory or disk alarm), or reads again.
    case blocked(Bool)
    /// One message of another node (or our own heartbeat, come back through the broker).
    case received(Message, from: Sender)
    /// A probe came back: no such queue.
    case probeReturned(nonce: UInt64)
    /// Time has passed; at the latest when `Tracker.nextWake` says.
    case tick
    /// A request of the local application.
    case request(RequestID, RequestBody, timeout: UInt64)
    /// The local application no longer waits.
    case cancel(RequestID)
    /// An already running worker of the local application wants a name. It is findable and not moved.
    case adopt(RequestID, AdoptOrder, timeout: UInt64)
    /// Answers of the worker runtime.
    case worker(WorkerSignal)
    /// A frame with this request came back: there is no such queue.
    case returned(RequestID)
    /// The group queue is bound: `join` may be answered.
    case groupBound(String)
    /// Hand everything over, then leave, within so many microseconds.
    case drain(RequestID?, timeout: UInt64)
}

/// What `register(_:running:)` needs.
package struct AdoptOrder: Equatable, Sendable {
    package let name: String
    package let workerID: UInt64
    package let groups: [String]
    package let metadata: [String: String]

    package init(name: String, workerID: UInt64, groups: [String], metadata: [String: String]) {
        self.name = name
        self.workerID = workerID
        self.groups = groups
        self.metadata = metadata
    }
}

/// What the runtime of workers says. Worker ids are never used twice in the life of a node.
package enum WorkerSignal: Sendable {
    /// Answer to `Effect.start` and `Effect.prepare`.
    case started(workerID: UInt64, Result<Void, Failure>)
    /// Answer to `Effect.deliver`.
    case answered(RequestID, Result<[UInt8], Failure>)
    /// Answer to `Effect.beginHandoff`: the mailbox is held.
    case handoffBegun(workerID: UInt64, attempt: UInt64, HandoffChoice)
    /// Answer to `Effect.stop` with `collectsHeld`: the worker has stopped, this waited in its mailbox.
    case stopped(workerID: UInt64, held: [HeldMessage])
    /// Answer to `Effect.merge`.
    case merged(workerID: UInt64, attempt: UInt64, Result<Void, Failure>)
    /// The worker ended on its own: it stopped itself (nil) or failed. `restart` says that its policy wants it
    /// started again, after `backoff` microseconds.
    case ended(workerID: UInt64, failure: String?, restart: Bool, backoff: UInt64)
    /// A worker asks about itself: join or leave a group, change metadata.
    case asks(workerID: UInt64, RequestID, RequestBody, timeout: UInt64)
}

/// What `beginHandoff` chose.
package enum HandoffChoice: Sendable {
    case restart
    case resume([UInt8])
    case ignore
    /// It threw; the move is given up and the worker goes on.
    case failed(String)
    /// The worker did not let go of the message in hand in time.
    case busy
}
