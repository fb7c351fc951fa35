import SwarmCore
import Synchronization

/// What the tracker last showed. Whoever reads it neither suspends nor waits for the tracker.
final class Published: Sendable {
    private let registry = Mutex(RegistryView())
    private let members = Mutex(MemberView())

    /// A copy costs a reference.
    var view: RegistryView { registry.withLock { $0 } }

    var memberView: MemberView { members.withLock { $0 } }

    func claim(of name: String) -> Claim? { registry.withLock { $0[name] } }

    func publish(_ view: RegistryView) { registry.withLock { $0 = view } }

    func publish(_ view: MemberView) { members.withLock { $0 = view } }
}

/// The members as the tracker last showed them.
struct MemberView: Sendable {
    var isReady = false
    var isConnected = false
    var isHealthy = false
    var isDraining = false
    /// Other members, sorted.
    var others: [Member] = []
}
