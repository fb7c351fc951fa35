/// One node's connection to an ``InMemoryBroker``.
final class InMemoryNodeTransport: NodeTransport {
    /// After so many events the task lets others run: it shares its thread with them.
    private static let turn = 128

    private let broker: InMemoryBroker
    private let number: Int

    init(broker: InMemoryBroker, number: Int) {
        self.broker = broker
        self.number = number
    }

    deinit {
        broker.perform { [number] fabric in fabric.removeNode(number) }
    }

    func run(events: @escaping @Sendable (TransportEvent) -> Void) async throws {
        let (wakes, clock) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try broker.performThrowing { [number] fabric in try fabric.begin(number, clock) }
        defer { broker.perform { [number] fabric in fabric.end(number) } }
        clock.yield()
        for await _ in wakes {
            var count = 0
            while !Task.isCancelled, let event = try next() {
                events(event)
                count += 1
                if count.isMultiple(of: Self.turn) { await Task.yield() }
            }
        }
    }

    private func next() throws -> TransportEvent? {
        try broker.performThrowing { [number] fabric in try fabric.next(number) }
    }

    func publish(_ frame: OutboundFrame) -> Bool {
        broker.perform { [number] fabric in fabric.publish(frame, node: number) }
    }

    func bind(_ binding: TransportBinding) {
        broker.perform { [number] fabric in fabric.bind(binding, of: number) }
    }

    func unbind(_ binding: TransportBinding) {
        broker.perform { [number] fabric in fabric.unbind(binding, of: number) }
    }

    func serveRequests(_ serves: Bool) {
        broker.perform { [number] fabric in fabric.serveRequests(serves, node: number) }
    }

    func acknowledge(_ receipt: FrameReceipt) {
        broker.perform { [number] fabric in fabric.acknowledge(receipt, node: number) }
    }
}
