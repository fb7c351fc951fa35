import SwarmCore
import Synchronization

/// What waits for the tracker, in the order of arrival. Many write, the tracker's loop reads all there is at once.
///
/// What comes from the network is dropped and counted beyond a limit (deltas are repaired, requests repeated), local
/// requests are refused beyond another; what the node tells itself is bounded by what it has under way and always goes
/// in.
final class InputQueue: Sendable {
    struct Limits: Sendable {
        /// Inputs from the network, and the bytes of the frames that they came in.
        var networkInputs = 100_000
        var networkBytes = 64 << 20
        /// Requests of the local application that the tracker has not seen yet.
        var requests = 100_000
    }

    enum Admission { case accepted, full, closed }

    private struct State {
        var inputs: [Input] = []
        var networkInputs = 0
        var networkBytes = 0
        var requests = 0
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let limits: Limits
    private let state = Mutex(State())

    init(limits: Limits = Limits()) { self.limits = limits }

    /// Inputs waiting.
    var depth: Int { state.withLock { $0.inputs.count } }

    /// What one frame held. All of it or nothing; heartbeats get in for twice as long, so that a flood is no death.
    func offer(network inputs: [Input], bytes: Int, isHeartbeat: Bool = false) -> Admission {
        enqueue { state in
            let factor = isHeartbeat ? 2 : 1
            guard state.networkInputs + inputs.count <= limits.networkInputs * factor,
                state.networkBytes + bytes <= limits.networkBytes * factor
            else { return .full }
            state.networkInputs += inputs.count
            state.networkBytes += bytes
            state.inputs += inputs
            return .accepted
        }
    }

    /// A request of the local application.
    func offer(request: Input) -> Admission {
        enqueue { state in
            guard state.requests < limits.requests else { return .full }
            state.requests += 1
            state.inputs.append(request)
            return .accepted
        }
    }

    /// What must not be lost: signals of workers and of the transport, ticks, cancellations.
    @discardableResult
    func push(_ input: Input) -> Admission {
        enqueue { state in
            state.inputs.append(input)
            return .accepted
        }
    }

    /// Nothing goes in any more; the reader finishes what is there.
    func close() {
        let waiter = state.withLock { state in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits until there is something, and takes it all, exchanging buffers with `batch`, which has to be empty.
    /// False once closed and empty.
    func take(_ batch: inout [Input]) async -> Bool {
        while true {
            let (taken, closed) = state.withLock { state in
                guard !state.inputs.isEmpty else { return (false, state.isClosed) }
                swap(&state.inputs, &batch)
                state.networkInputs = 0
                state.networkBytes = 0
                state.requests = 0
                return (true, state.isClosed)
            }
            if taken { return true }
            if closed { return false }
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    guard state.inputs.isEmpty, !state.isClosed else { return true }
                    state.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        }
    }

    private func enqueue(_ insert: (inout State) -> Admission) -> Admission {
        let (admission, waiter) = state.withLock { state -> (Admission, CheckedContinuation<Void, Never>?) in
            guard !state.isClosed else { return (.closed, nil) }
            let admission = insert(&state)
            guard admission == .accepted, let waiter = state.waiter else { return (admission, nil) }
            state.waiter = nil
            return (admission, waiter)
        }
        waiter?.resume()
        return admission
    }
}
