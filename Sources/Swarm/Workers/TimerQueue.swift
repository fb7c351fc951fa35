import HeapModule
import Synchronization

/// Any number of timers on one clock, with at most one task, which exists only while there are timers.
///
/// A cancelled timer leaves its place in the heap at its time or when such places are the majority, so that scheduling and
/// cancelling, which every waiting call does, cost no search.
package final class TimerQueue: Sendable {
    package typealias ID = UInt64

    private struct Place: Comparable {
        let due: Duration
        let id: ID

        static func < (left: Place, right: Place) -> Bool {
            left.due == right.due ? left.id < right.id : left.due < right.due
        }
    }

    private struct State {
        var places = Heap<Place>()
        var actions: [ID: @Sendable () -> Void] = [:]
        var nextID: ID = 1
        /// What the sleeper waits for; nil without a sleeper.
        var wakesAt: Duration?
        /// Sleepers of earlier generations end.
        var generation: UInt64 = 0
        var sleeper: Task<Void, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let elapsed: @Sendable () -> Duration
    private let sleepUntil: @Sendable (Duration) async throws -> Void

    package init(clock: any Clock<Duration>) { (elapsed, sleepUntil) = Self.open(clock) }

    private static func open<C: Clock>(_ clock: C) -> (
        @Sendable () -> Duration, @Sendable (Duration) async throws -> Void
    ) where C.Duration == Duration {
        let origin = clock.now
        return (
            { origin.duration(to: clock.now) },
            { try await clock.sleep(until: origin.advanced(by: $0), tolerance: nil) }
        )
    }

    /// Time since the queue was made.
    package var now: Duration { elapsed() }

    /// How many timers there are.
    package var count: Int { state.withLock { $0.actions.count } }

    /// Calls `action`, which must not block, at `due`; from a task of the queue. After ``close()`` never.
    @discardableResult
    package func schedule(at due: Duration, _ action: @escaping @Sendable () -> Void) -> ID {
        state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            guard !state.isClosed else { return id }
            state.actions[id] = action
            state.places.insert(Place(due: due, id: id))
            if state.wakesAt.map({ due < $0 }) ?? true { startSleeper(&state, until: due) }
            return id
        }
    }

    @discardableResult
    package func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> ID {
        schedule(at: now + delay, action)
    }

    /// Without effect on one that has fired.
    package func cancel(_ id: ID) {
        let action = state.withLock { state in
            let action = state.actions.removeValue(forKey: id)
            if state.places.count > 2 * state.actions.count + 64 { Self.compact(&state) }
            return action
        }
        // What the closure holds is let go outside of the lock: it may be a last reference.
        _ = action
    }

    /// Drops all timers, now and in future.
    package func close() {
        let (actions, sleeper) = state.withLock { state in
            state.isClosed = true
            state.generation += 1
            state.wakesAt = nil
            state.places = Heap()
            defer {
                state.actions = [:]
                state.sleeper = nil
            }
            return (state.actions, state.sleeper)
        }
        _ = actions
        sleeper?.cancel()
    }

    private static func compact(_ state: inout State) {
        state.places = Heap(state.places.unordered.filter { state.actions[$0.id] != nil })
    }

    private func startSleeper(_ state: inout State, until due: Duration) {
        state.sleeper?.cancel()
        state.generation += 1
        state.wakesAt = due
        state.sleeper = Task.detached { [generation = state.generation] in
            await self.sleep(until: due, generation: generation)
        }
    }

    private func sleep(until due: Duration, generation: UInt64) async {
        var due = due
        while true {
            // Cancelled: another sleeper has taken over, which the generation tells.
            try? await sleepUntil(due)
            let (actions, next) = takeDue(generation: generation)
            for action in actions { action() }
            guard let next else { return }
            due = next
        }
    }

    private func takeDue(generation: UInt64) -> ([@Sendable () -> Void], next: Duration?) {
        let now = elapsed()
        return state.withLock { state in
            guard state.generation == generation else { return ([], nil) }
            var due: [@Sendable () -> Void] = []
            while let place = state.places.min, place.due <= now || state.actions[place.id] == nil {
                state.places.removeMin()
                if let action = state.actions.removeValue(forKey: place.id) { due.append(action) }
            }
            state.wakesAt = state.places.min?.due
            if state.wakesAt == nil { state.sleeper = nil }
            return (due, state.wakesAt)
        }
    }
}
