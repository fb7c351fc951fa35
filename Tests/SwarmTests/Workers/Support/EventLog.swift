import Synchronization

/// What happened, in order; tests wait for what they expect instead of sleeping.
final class EventLog<Event: Sendable>: Sendable {
    private struct State {
        var events: [Event] = []
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())

    var events: [Event] { state.withLock { $0.events } }

    func record(_ event: Event) {
        let waiters = state.withLock { state in
            state.events.append(event)
            defer { state.waiters = [:] }
            return state.waiters.values.map { $0 }
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until `look` finds in all that has happened what it looks for.
    func wait<Found: Sendable>(until look: @Sendable ([Event]) -> Found?) async -> Found {
        while true {
            let (found, count) = state.withLock { (look($0.events), $0.events.count) }
            if let found { return found }
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    guard state.events.count == count else { return true }
                    state.nextWaiter += 1
                    state.waiters[state.nextWaiter] = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        }
    }

    /// Waits for the first event that `match` makes something of.
    func first<Found: Sendable>(_ match: @Sendable (Event) -> Found?) async -> Found {
        await wait { $0.lazy.compactMap(match).first }
    }
}

extension EventLog where Event: Equatable {
    func wait(for event: Event) async { await wait { $0.contains(event) ? () : nil } }
}

/// Closed until it is opened, then open for all.
final class Latch: Sendable {
    private let log = EventLog<Bool>()

    func open() { log.record(true) }
    /// Does not mind cancellation.
    func wait() async { await log.wait(for: true) }
}
