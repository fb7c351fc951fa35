import Swarm
import Synchronization

/// Lets `run` wait for threads, without holding one up itself.
final class RunCompletion: Sendable {
    private struct State {
        var running: Int
        var error: SwarmError?
        var isDone = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>
    private let done = StopSignal()

    init(threads: Int) { state = Mutex(State(running: threads)) }

    /// For a thread: waits for the end.
    func waitBlocking(atMost duration: Duration) { done.wait(duration) }

    /// The error `run` will throw; the first counts.
    func fail(_ error: SwarmError) { state.withLock { if $0.error == nil { $0.error = error } } }

    func threadEnded() { finish { $0.running -= 1 } }

    /// Does not wait for a thread that hangs, in a name server's silence for instance.
    func force() { finish { $0.running = 0 } }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if !state.isDone { state.waiter = continuation }
                return state.isDone
            }
            if isDone { continuation.resume() }
        }
    }

    func check() throws(SwarmError) {
        if let error = state.withLock({ $0.error }) { throw error }
    }

    private func finish(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            change(&state)
            guard state.running <= 0, !state.isDone else { return nil }
            state.isDone = true
            defer { state.waiter = nil }
            return state.waiter
        }
        if state.withLock({ $0.isDone }) { done.set() }
        waiter?.resume()
    }
}
