import Logging
import Swarm
import SwarmCore
import Synchronization

/// One node's connections to RabbitMQ: see ``NodeConsumer`` and ``NodePublisher``.
final class AMQPNodeTransport: NodeTransport {
    private let url: String
    private let options: AMQPOptions
    private let link: NodeLink
    private let hasRun = Atomic(false)

    init(url: String, options: AMQPOptions, context: TransportContext) {
        self.url = url
        self.options = options
        link = NodeLink(context, options: options)
    }

    func run(events: @escaping @Sendable (TransportEvent) -> Void) async throws {
        guard !hasRun.exchange(true, ordering: .acquiringAndReleasing) else {
            throw SwarmError(.invalidArgument, "A node's transport runs once: make a new node.")
        }
        var options = options
        let endpoint = try AMQPEndpoint(url: url, options: &options)
        try options.validate(usesTLS: endpoint.usesTLS)
        link.gate.open(events)
        defer { link.gate.close() }
        let completion = RunCompletion(threads: 2)
        await withTaskCancellationHandler {
            start(endpoint, options, completion)
            await completion.wait()
        } onCancel: {
            link.stopAll()
        }
        try completion.check()
    }

    func publish(_ frame: OutboundFrame) -> Bool { link.push(frame) }

    func bind(_ binding: TransportBinding) {
        link.bindings.bind(binding)
        link.consumerWake.set()
    }

    func unbind(_ binding: TransportBinding) {
        link.bindings.unbind(binding)
        link.consumerWake.set()
    }

    func serveRequests(_ serves: Bool) { link.servesRequests = serves }

    func acknowledge(_ receipt: FrameReceipt) { link.acknowledge(receipt) }

    private func start(_ endpoint: AMQPEndpoint, _ options: AMQPOptions, _ completion: RunCompletion) {
        let context = link.context
        let connections = ConnectionContext(
            endpoint: endpoint, options: options, name: "swarm \(context.cluster) \(context.node)", stop: link.stop)
        let reporter = FailureReporter(link, endpoint: endpoint, completion: completion)
        let guards = (SocketGuard(limit: options.stallLimit), SocketGuard(limit: options.stallLimit))
        let threads = [
            OSThread.start(name: "swarm-consume") { [link] in
                connections.run(NodeConsumer(link, connections, reporter: reporter), guardian: guards.0)
                completion.threadEnded()
            },
            OSThread.start(name: "swarm-publish") { [link] in
                connections.run(NodePublisher(link, connections, reporter: reporter), guardian: guards.1)
                completion.threadEnded()
            },
            Watchdog.start([guards.0, guards.1], stop: link.stop, completion: completion) { [link] in
                link.metrics.count(.hung)
            },
        ]
        guard threads.contains(false) else { return }
        completion.fail(SwarmError(.overloaded, "The system gives no more threads: raise its limit."))
        link.stopAll()
        completion.force()
    }
}
