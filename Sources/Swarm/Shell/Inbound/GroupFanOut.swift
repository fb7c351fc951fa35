import Metrics
import SwarmCore
import Tracing

/// Gives a message of a group to the members on this node. Each node does so for its own.
final class GroupFanOut: Sendable {
    private let node: NodeID
    private let groups: GroupLane
    private let published: Published
    private let runtime: WorkerRuntime
    private let metrics: NodeMetrics

    init(node: NodeID, groups: GroupLane, published: Published, runtime: WorkerRuntime, metrics: NodeMetrics) {
        self.node = node
        self.groups = groups
        self.published = published
        self.runtime = runtime
        self.metrics = metrics
    }

    /// Without waiting: a member whose mailbox is full misses the message, which the runtime counts.
    func deliver(_ frame: InboundFrame) {
        // Bindings of prefixes let through more than is wanted.
        guard groups.wants(frame.key) else { return }
        var context = ServiceContext.topLevel
        InstrumentationSystem.instrument.extract(frame.headers, into: &context, using: HeaderExtractor())
        withSpan("swarm.deliver", context: context, ofKind: .consumer) { span in
            span.attributes["messaging.destination.name"] = frame.key
            deliverToMembers(frame)
        }
    }

    private func deliverToMembers(_ frame: InboundFrame) {
        var count = 0
        for claim in published.view.members(of: frame.key) where claim.host == node {
            _ = runtime.perform(
                .deliver(workerID: claim.workerID, request: nil, payload: frame.body, oneWay: true))
            count += 1
        }
        metrics.groupDeliveries.increment(by: count)
    }
}
