import SwarmCore
import Synchronization

@testable import Swarm

/// A transport without a broker: keeps what is published, and brings what a test says.
final class FakeTransport: Transport, NodeTransport {
    private struct State {
        var published: [OutboundFrame] = []
        var bindings: Set<TransportBinding> = []
        var acknowledged: [FrameReceipt] = []
        var servesRequests = false
        var isFull = false
        var deliver: (@Sendable (TransportEvent) -> Void)?
    }

    private let state = Mutex(State())
    private let end = AsyncStream.makeStream(of: (any Error).self)

    var published: [OutboundFrame] { state.withLock { $0.published } }
    var bindings: Set<TransportBinding> { state.withLock { $0.bindings } }
    var acknowledged: [FrameReceipt] { state.withLock { $0.acknowledged } }
    var servesRequests: Bool { state.withLock { $0.servesRequests } }

    /// What is published from now on is refused, or taken again.
    func setFull(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    /// Brings an event to the node; false before its `run`.
    @discardableResult
    func bring(_ event: TransportEvent) -> Bool {
        guard let deliver = state.withLock({ $0.deliver }) else { return false }
        deliver(event)
        return true
    }

    /// Makes `run` throw.
    func fail(_ error: any Error) { end.continuation.yield(error) }

    func makeNodeTransport(_ context: TransportContext) -> any NodeTransport { self }

    func run(events: @escaping @Sendable (TransportEvent) -> Void) async throws {
        state.withLock { $0.deliver = events }
        for await error in end.stream { throw error }
    }

    func publish(_ frame: OutboundFrame) -> Bool {
        state.withLock { state in
            guard !state.isFull else { return false }
            state.published.append(frame)
            return true
        }
    }

    func bind(_ binding: TransportBinding) { _ = state.withLock { $0.bindings.insert(binding) } }

    func unbind(_ binding: TransportBinding) { _ = state.withLock { $0.bindings.remove(binding) } }

    func serveRequests(_ serves: Bool) { state.withLock { $0.servesRequests = serves } }

    func acknowledge(_ receipt: FrameReceipt) { state.withLock { $0.acknowledged.append(receipt) } }
}
