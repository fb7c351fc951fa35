/// All that is known of one worker from the start to the end.
package struct WorkerRecord: Sendable {
    /// What a worker may do.
    package enum Phase: UInt8, Sendable {
        /// Ordered, not there yet.
        case starting
        /// There with another's state, not to work before its activation.
        case prepared
        /// May process messages.
        case active
        /// To move, its mailbox is held.
        case held
        /// Told to stop: it may end the message in hand, no other.
        case stopping
        case stopped
    }

    package let serial: WorkerSerial
    package let process: ProcessID
    /// As its node calls it.
    package let workerID: UInt64
    package let name: NameID
    package let birth: BirthID
    package var token: FencingToken
    package var phase: Phase
    package var state: CounterState
    /// The worker whose state it was given.
    package let parent: WorkerSerial?
    /// What it gave when it was asked to move, the token that it had then, and when that was; the last one last.
    package var exports: [(state: CounterState, token: FencingToken, at: UInt64)] = []
    /// The last worker with its state that became active.
    package var successor: WorkerSerial?
    package let startedAt: UInt64
    package var activatedAt: UInt64?
    package var lastProcessedAt: UInt64?
    package var stoppedAt: UInt64?
    package var wasMoved = false
    /// What the winner of a conflict took in of it, who that was, and when this worker had given it.
    package var merged: (state: CounterState, winner: WorkerSerial, givenAt: UInt64)?

    package var isAlive: Bool { phase != .stopped }

    /// Its token when it gave this state away. It may have gone on by itself since, with a higher one, because the node
    /// that was to take it over was held for dead: that one, when it wakes up, does not know that.
    package func token(whenItGave state: CounterState) -> FencingToken {
        exports.first { $0.state.holdsTheSame(as: state) }?.token ?? token
    }
}
