import SwarmCore
import Synchronization

/// The bindings of this node's group queue, between the tracker that wants groups and the transport that binds keys.
final class GroupLane: Sendable {
    private let bindings: Mutex<GroupBindings>
    private let transport: any NodeTransport
    private let queue: InputQueue

    init(limit: Int, transport: any NodeTransport, queue: InputQueue) {
        bindings = Mutex(GroupBindings(limit: limit))
        self.transport = transport
        self.queue = queue
    }

    func bind(_ group: String) { update { $0.add(group) } }

    func unbind(_ group: String) { update { $0.remove(group) } }

    /// The transport has bound a key.
    func bound(_ pattern: String) { update { $0.bound(pattern) } }

    /// Whether this node has members of the group: bindings may let through more.
    func wants(_ group: String) -> Bool { bindings.withLock { $0.wants(group) } }

    /// The actions are done under the lock: two changes must reach the transport in the order in which they were made.
    private func update(_ change: (inout GroupBindings) -> [GroupBindings.Action]) {
        bindings.withLock { bindings in
            for action in change(&bindings) {
                switch action {
                case .bind(let pattern): transport.bind(.group(pattern))
                case .unbind(let pattern): transport.unbind(.group(pattern))
                case .announce(let group): queue.push(.groupBound(group))
                }
            }
        }
    }
}
