import SwarmCore

/// What can be due at a moment of virtual time.
enum SimulationEvent {
    /// A frame reaches the broker.
    case publish(SimulatedProcess, epoch: Int, SimulatedPublication)
    /// A frame reaches a process.
    case deliver(SimulatedProcess, epoch: Int, SimulatedLane, SimulatedFrame)
    /// The timer of a tracker.
    case wake(SimulatedProcess)
    /// An answer for a tracker, which took its time.
    case input(SimulatedProcess, Input)
    /// A worker is done with its start or with the message in hand.
    case worker(SimulatedProcess, SimulatedWorker, SimulatedStep)
    /// Anything that is rare.
    case action(() -> Void)
}

/// What a worker has been busy with.
enum SimulatedStep {
    case start, message
    /// The time that a handoff waits for the message in hand is over.
    case patience(attempt: UInt64)
}
