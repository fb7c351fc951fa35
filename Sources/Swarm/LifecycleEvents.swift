/// The events of a node from the moment an iterator is made. Any number of readers; each sees them all, in order.
///
/// A reader that falls behind by more than `limits.events` loses the oldest, and is told with a
/// ``LifecycleEvent/Kind/missed`` event. The sequence ends when the node has stopped.
public struct LifecycleEvents: AsyncSequence, Sendable {
    let broadcaster: EventBroadcaster

    /// Starts to collect events for one reader.
    public func makeAsyncIterator() -> Iterator { Iterator(subscription: broadcaster.subscribe()) }

    /// One reader's place.
    public struct Iterator: AsyncIteratorProtocol {
        let subscription: EventSubscription

        /// The next event; nil when the node has stopped or the task was cancelled.
        public mutating func next() async -> LifecycleEvent? { await subscription.next() }

        /// The next event; nil when the node has stopped or the task was cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> LifecycleEvent? {
            await subscription.next()
        }
    }
}
