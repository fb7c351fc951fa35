import Logging
import Swarm
import SwarmAMQP
import Testing

/// The code of README, against a real broker: `scripts/check-docs` compares the document with what stands between
/// `doc begin` and `doc end`.
@Suite struct ReadmeTests {
    // doc begin
    actor Counter: Worker {  // gets one message at a time, like a GenServer
        enum Message: Codable, Sendable { case add(amount: Int), get }  // JSON: {"add":{"amount":3}}, {"get":{}}
        static let kind = "counter"  // any node that has it can start one
        private var total = 0
        init(_ context: WorkerContext, arguments: NoValue) throws {}
        func receive(_ message: Message) async throws -> Int {
            if case .add(let amount) = message { total += amount }
            return total
        }
        func beginHandoff() async throws -> Handoff<Int> { .resume(total) }
        func endHandoff(_ state: Int) async throws { total = state }
    }
    // doc end

    @Test func aNodeRegistersAWorkerAndCallsIt() async throws {
        let url = try BrokerFixture.url()
        let logger = Logger(label: "readme") { _ in SwiftLogNoOpLogHandler() }
        // doc begin
        let node = try SwarmNode(
            configuration: .init(name: "a", cluster: "shop"), transport: .amqp(url), workers: [Counter.self],
            logger: logger)
        async let running: Void = node.run()  // or in a ServiceGroup
        try await node.ready()  // it has caught up with the cluster
        let cart = try await node.register("cart/42", as: Counter.self)  // is started where it belongs
        let total = try await cart.call(.add(amount: 3))  // 3; the same from every node of the cluster
        try await node.drain()  // what SIGTERM does: hand everything over, and leave
        try await running
        // doc end
        #expect(total == 3)
    }
}
