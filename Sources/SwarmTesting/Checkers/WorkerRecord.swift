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
    /// What it gave when asked to move, the last time.
    package var exported: CounterState?
    /// The last worker with its state that became active.
    package var successor: WorkerSerial?
    package let startedAt: UInt64
    package var activatedAt: UInt64?
    package var lastProcessedAt: UInt64?
    package var stoppedAt: UInt64?
    package var wasMoved = false
    /// What the winner of a conflict took in of it, and who that was.
    package var merged: (state: CounterState, winner: WorkerSerial, at: UInt64)?

    package var isAlive: Bool { phase != .stopped }
}
