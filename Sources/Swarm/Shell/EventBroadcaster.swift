import Synchronization

/// Gives every event to every reader there is, through buffers of bounded size.
final class EventBroadcaster: Sendable {
    private struct State {
        var subscriptions: [UInt64: WeakSubscription] = [:]
        var nextID: UInt64 = 0
        var hasEnded = false
    }

    private struct WeakSubscription {
        weak var subscription: EventSubscription?
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func subscribe() -> EventSubscription {
        state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            let subscription = EventSubscription(limit: limit) { [weak self] in self?.remove(id) }
            if state.hasEnded {
                subscription.end()
            } else {
                state.subscriptions[id] = WeakSubscription(subscription: subscription)
            }
            return subscription
        }
    }

    func send(_ events: [LifecycleEvent]) {
        guard !events.isEmpty else { return }
        let readers = state.withLock { $0.subscriptions.values.compactMap(\.subscription) }
        for reader in readers { reader.send(events) }
    }

    /// All readers come to the end of their sequence.
    func end() {
        let readers = state.withLock { state in
            state.hasEnded = true
            defer { state.subscriptions.removeAll() }
            return state.subscriptions.values.compactMap(\.subscription)
        }
        for reader in readers { reader.end() }
    }

    private func remove(_ id: UInt64) { _ = state.withLock { $0.subscriptions.removeValue(forKey: id) } }
}

/// The buffer of one reader. Gone when its iterator is.
final class EventSubscription: Sendable {
    private struct State {
        var events: [LifecycleEvent] = []
        var head = 0
        var missed = 0
        var hasEnded = false
        var waiter: CheckedContinuation<LifecycleEvent?, Never>?

        mutating func pop() -> LifecycleEvent? {
            if missed > 0 {
                defer { missed = 0 }
                return .missed(missed)
            }
            guard head < events.count else { return nil }
            defer {
                head += 1
                if head == events.count || head > 512 {
                    events.removeFirst(head)
                    head = 0
                }
            }
            return events[head]
        }
    }

    private let limit: Int
    private let state = Mutex(State())
    private let onRelease: @Sendable () -> Void

    init(limit: Int, onRelease: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.onRelease = onRelease
    }

    deinit { onRelease() }

    func send(_ events: [LifecycleEvent]) {
        let (waiter, event) = state.withLock { state in
            state.events += events
            let excess = state.events.count - state.head - limit
            if excess > 0 {
                state.head += excess
                state.missed += excess
            }
            guard let waiter = state.waiter else { return (Continuation?.none, LifecycleEvent?.none) }
            state.waiter = nil
            return (waiter, state.pop())
        }
        waiter?.resume(returning: event)
    }

    func end() {
        let waiter = state.withLock { state in
            state.hasEnded = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    func next() async -> LifecycleEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Continuation) in
                let answer: LifecycleEvent?? = state.withLock { state in
                    if let event = state.pop() { return .some(event) }
                    // One task at a time reads an iterator; a second one ends at once.
                    if state.hasEnded || Task.isCancelled || state.waiter != nil { return .some(nil) }
                    state.waiter = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: nil)
        }
    }

    private typealias Continuation = CheckedContinuation<LifecycleEvent?, Never>
}
