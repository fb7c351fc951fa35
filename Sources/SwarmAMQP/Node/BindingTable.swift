import Swarm
import Synchronization

/// The bindings that the node wants, whatever stands at the broker just now.
final class BindingTable: Sendable {
    private struct State {
        var wanted: Set<TransportBinding> = []
        /// Those that changed, or were asked for again, since the consumer looked last; in order, each once.
        var changed: [TransportBinding] = []
        var isChanged: Set<TransportBinding> = []

        mutating func note(_ binding: TransportBinding) {
            if isChanged.insert(binding).inserted { changed.append(binding) }
        }
    }

    private let state = Mutex(State())

    func bind(_ binding: TransportBinding) {
        state.withLock { state in
            state.wanted.insert(binding)
            state.note(binding)
        }
    }

    func unbind(_ binding: TransportBinding) {
        state.withLock { state in
            state.wanted.remove(binding)
            state.note(binding)
        }
    }

    /// What to look at, with whether it is wanted now.
    func takeChanges() -> [(binding: TransportBinding, isWanted: Bool)] {
        state.withLock { state in
            defer { (state.changed, state.isChanged) = ([], []) }
            return state.changed.map { ($0, state.wanted.contains($0)) }
        }
    }

    /// All that is wanted, to begin a session with. In a fixed order.
    func takeAll() -> [TransportBinding] {
        state.withLock { state in
            (state.changed, state.isChanged) = ([], [])
            return state.wanted.sorted { $0.key < $1.key }
        }
    }
}

extension TransportBinding {
    /// The routing key to bind.
    var key: String {
        switch self {
        case .heartbeats(of: nil): TransportKey.everyHeartbeat
        case .heartbeats(of: let name?): TransportKey.heartbeat(of: name)
        case .group(let pattern): pattern
        }
    }
}
