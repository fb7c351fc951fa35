package import SwarmCore
import Synchronization

/// Which requests went out in which of the last frames that come back if no queue takes them.
///
/// A node that was killed is found dead after a second or two; what it is asked meanwhile comes back at once, and can be
/// asked again without the doubt whether it was executed.
package final class ReturnableFrames: Sendable {
    private struct State {
        var requests: [UInt64: [RequestID]] = [:]
        var nextID: UInt64 = 1
    }

    private let limit: UInt64
    private let state = Mutex(State())

    /// Frames come back within milliseconds; of more than `limit` the oldest are forgotten.
    package init(limit: UInt64 = 8_192) { self.limit = limit }

    /// The id that the frame of these requests comes back with.
    package func add(_ requests: [RequestID]) -> UInt64 {
        state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            state.requests[id] = requests
            if id > limit { state.requests.removeValue(forKey: id - limit) }
            return id
        }
    }

    /// The connection is lost. What is published again on the next one may have arrived before: that it comes back then
    /// says nothing.
    package func forget() { state.withLock { $0.requests.removeAll() } }

    /// The requests of a frame that came back; nil if it was another sort of frame.
    package func take(_ id: UInt64) -> [RequestID]? { state.withLock { $0.requests.removeValue(forKey: id) } }
}
