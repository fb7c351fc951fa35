import SwarmCore
import Testing

@testable import Swarm

/// Which requests from outside are executed at all.
@Suite(.timeLimit(.minutes(1))) struct GatewayDoorTests {
    private func frame(
        _ operation: String, _ body: String = "{}", redelivered: Bool = false, replyTo: String? = "answers",
        tag: UInt64 = 1
    ) -> InboundFrame {
        InboundFrame(
            lane: .request, exchange: .requests, key: operation, body: Array(body.utf8), isRedelivered: redelivered,
            correlationID: "c\(tag)", replyTo: replyTo,
            receipt: FrameReceipt(lane: .request, connection: 1, tag: tag))
    }

    /// A node that runs without ever becoming ready, for it is alone with its transport.
    private func withNode(
        _ change: (inout SwarmConfiguration) -> Void = { _ in },
        _ body: (NodeCore, FakeTransport) async throws -> Void
    ) async throws {
        let transport = FakeTransport()
        var configuration = SwarmConfiguration(name: "a")
        configuration.timeouts.request = .seconds(30)
        change(&configuration)
        let core = try NodeCore(
            configuration: configuration, transport: transport, workers: [TestCounter.self], logger: TestCluster.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { do { try await core.run() } catch is CancellationError {} }
            try await eventually("it runs") { transport.bring(.unblocked) }
            try await body(core, transport)
            group.cancelAll()
        }
    }

    private func answers(_ transport: FakeTransport) throws -> [(id: String?, JSONFields)] {
        try transport.published.filter { $0.destination == .queue("answers") }.map {
            ($0.correlationID, try JSONFields($0.body))
        }
    }

    @Test func aRedeliveredRequestIsUncertainUnlessItDoesNoHarm() async throws {
        try await withNode { _, transport in
            transport.bring(.received(frame("register", #"{"name":"x","kind":"counter"}"#, redelivered: true)))
            transport.bring(.received(frame("lookup", #"{"name":"x"}"#, redelivered: true, tag: 2)))
            try await eventually("both are answered") { try answers(transport).count == 2 }
            let codes = Dictionary(
                uniqueKeysWithValues: try answers(transport).map { ($0.id, try $0.1.string("error")) })
            #expect(codes == ["c1": "uncertain", "c2": "not_found"])
            #expect(transport.acknowledged.count == 2)
        }
    }

    @Test func aRequestIsAcknowledgedBeforeItIsExecuted() async throws {
        try await withNode { core, transport in
            transport.bring(.received(frame("register", #"{"name":"x","kind":"counter"}"#)))
            #expect(transport.acknowledged.count == 1)
            try await eventually("it waits for the cluster") { core.pending.count == 1 }
            #expect(try answers(transport).isEmpty)
        }
    }

    @Test func oneTooManyIsAnsweredOverloaded() async throws {
        try await withNode({ $0.limits.outsideRequests = 3 }) { core, transport in
            for tag in 1...4 {
                transport.bring(
                    .received(frame("register", #"{"name":"x\#(tag)","kind":"counter"}"#, tag: UInt64(tag))))
            }
            let answers = try answers(transport)
            #expect(answers.map(\.id) == ["c4"])
            #expect(try answers.first?.1.string("error") == "overloaded")
            #expect(try answers.first?.1.bool("retryable") == true)
            try await eventually("the others wait") { core.pending.count == 3 }
        }
    }

    @Test func whoGivesNoQueueIsNotAnswered() async throws {
        try await withNode { _, transport in
            transport.bring(.received(frame("lookup", #"{"name":"x"}"#, replyTo: nil)))
            transport.bring(.received(frame("lookup", #"{"name":"x"}"#, tag: 2)))
            try await eventually("the second is answered") { try answers(transport).count == 1 }
            #expect(try answers(transport).map(\.id) == ["c2"])
        }
    }

    @Test func whoWaitsIsAnsweredWhenTheNodeStops() async throws {
        let stopped = FakeTransport()
        let core = try NodeCore(
            configuration: SwarmConfiguration(name: "a"), transport: stopped, workers: [TestCounter.self],
            logger: TestCluster.logger)
        let run = Task { try await core.run() }
        try await eventually("it runs") { stopped.bring(.unblocked) }
        stopped.bring(.received(frame("register", #"{"name":"x","kind":"counter","timeout":300}"#)))
        try await eventually("it waits") { core.pending.count == 1 }
        stopped.fail(SwarmError(.accessRefused, "no"))
        await #expect(throws: SwarmError.self) { try await run.value }
        let answer = try #require(try answers(stopped).first)
        #expect(try answer.1.string("error") == "stopped")
    }

    @Test func aNodeTakesPartOnlyWhileItIsReady() async throws {
        try await withNode { _, transport in #expect(!transport.servesRequests) }
    }

    @Test func aFullLaneIsToldToWhoPublishes() async throws {
        try await withNode { core, transport in
            transport.setFull(true)
            #expect(throws: SwarmError.self) { try core.publish([1], to: "g") }
            transport.setFull(false)
            try core.publish([1], to: "g")
            let frame = try #require(transport.published.last { $0.lane == .group })
            #expect(frame.destination == .exchange(.groups, key: "g"))
            #expect(frame.contentType == "application/json")
        }
    }
}
