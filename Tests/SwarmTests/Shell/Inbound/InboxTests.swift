import Logging
import SwarmCore
import SwarmWire
import Testing

@testable import Swarm

/// What the transport brings, up to the door of the tracker.
@Suite struct InboxTests {
    private struct Bench {
        let transport = FakeTransport()
        let metrics = TestMetrics()
        let core: NodeCore

        init(_ change: (inout SwarmConfiguration) -> Void = { _ in }) throws {
            var configuration = SwarmConfiguration(name: "a")
            configuration.metricsFactory = metrics
            change(&configuration)
            core = try NodeCore(
                configuration: configuration, transport: transport, workers: [TestCounter.self],
                logger: TestCluster.logger)
        }

        /// A frame, and what of it reached the queue of the tracker.
        func take(_ frame: InboundFrame) async -> [Input] {
            core.queue.push(.tick)
            core.inbox.handle(.received(frame))
            var batch: [Input] = []
            _ = await core.queue.take(&batch)
            return Array(batch.dropFirst())
        }

        func dropped(_ reason: NodeMetrics.Drop) -> Double {
            metrics.value("swarm_frames_dropped_" + reason.rawValue) ?? 0
        }
    }

    private static let other = Sender(node: NodeID(name: "b", incarnation: 5), life: 1)

    private func frame(
        _ messages: [Message], from sender: Sender = other, exchange: TransportExchange? = .control,
        lane: TransportLane = .control, user: String? = nil
    ) throws -> InboundFrame {
        InboundFrame(
            lane: lane, exchange: exchange, key: "all",
            body: try WireCodec.encode(Frame(sender: sender, messages: messages)),
            userID: user, receipt: FrameReceipt(lane: lane, connection: 1, tag: 1))
    }

    private func messages(_ inputs: [Input]) -> [Message] {
        inputs.compactMap { input in
            if case .received(let message, Self.other) = input { return message }
            return nil
        }
    }

    private let farewell = Message.farewell(Farewell(sequence: 3))

    @Test func messagesOfNodesReachTheTrackerInOrder() async throws {
        let bench = try Bench()
        let all = [Message.probeAnswer(nonce: 1), farewell, .acknowledge(upTo: 4)]
        #expect(messages(await bench.take(try frame(all))) == all)
        #expect(bench.transport.acknowledged.count == 1)
        #expect(bench.metrics.value("swarm_frames_in") == 1)
    }

    @Test func fragmentsArePutTogether() async throws {
        let bench = try Bench()
        let large = Message.reply(
            Reply(
                id: RequestID(node: bench.core.node, number: 1),
                result: .success(.payload([UInt8](repeating: 1, count: 600_000)))))
        var fragmenter = Fragmenter(node: Self.other.node)
        let bodies = try fragmenter.bodies(of: WireCodec.encode(Frame(sender: Self.other, messages: [large])))
        #expect(bodies.count == 3)
        var received: [Message] = []
        for body in bodies {
            var part = try frame([])
            part.body = body
            received += messages(await bench.take(part))
        }
        #expect(received == [large])
    }

    @Test func ofItsOwnItHearsTheHeartbeatAlone() async throws {
        let bench = try Bench()
        let own = Sender(node: bench.core.node, life: 0)
        let heartbeat = Message.heartbeat(
            Heartbeat(
                beat: 1, queue: "q", isReady: true, isDraining: false, clock: 1, sequence: 0,
                digest: DigestNote(sequence: 0, digest: 0, count: 0), universe: nil, idBits: 0, placement: 0))
        let inputs = await bench.take(try frame([heartbeat, farewell], from: own, lane: .heartbeat))
        #expect(inputs.count == 1)
        guard case .received(.heartbeat, own) = inputs.first else {
            Issue.record("no heartbeat")
            return
        }
    }

    @Test func theDefaultExchangeBringsOnlyProbes() async throws {
        let bench = try Bench()
        let inputs = await bench.take(try frame([.probe(nonce: 7), farewell], exchange: nil, lane: .heartbeat))
        #expect(messages(inputs) == [.probe(nonce: 7)])
        #expect(bench.dropped(.untrusted) == 1)
    }

    @Test func strangersAndOtherExchangesAreNotHeard() async throws {
        let bench = try Bench { $0.trust.clusterUsers = ["swarm"] }
        #expect(await bench.take(try frame([farewell], user: "guest")).isEmpty)
        #expect(await bench.take(try frame([farewell])).isEmpty)
        #expect(await bench.take(try frame([farewell], exchange: .groups, user: "swarm")).isEmpty)
        #expect(bench.dropped(.untrusted) == 3)
        #expect(messages(await bench.take(try frame([farewell], user: "swarm"))) == [farewell])
        #expect(bench.transport.acknowledged.count == 4, "what is dropped is dealt with too")
    }

    @Test func excludedNodesAreNotHeard() async throws {
        let bench = try Bench { $0.trust.deny = ["b"] }
        #expect(await bench.take(try frame([farewell])).isEmpty)
        #expect(bench.dropped(.excluded) == 1)
    }

    @Test func garbageIsCountedAndDropped() async throws {
        let bench = try Bench()
        for body in [[], [0x08], [0x78, 1, 2], [UInt8](repeating: 0xff, count: 1_000)] as [[UInt8]] {
            var garbage = try frame([])
            garbage.body = body
            #expect(await bench.take(garbage).isEmpty)
        }
        #expect(bench.dropped(.unreadable) == 4)
    }

    @Test func aFullQueueDropsFramesAndCountsThem() async throws {
        let bench = try Bench {
            $0.limits.networkInputs = 1_000
            $0.limits.networkBytes = 1 << 20
        }
        let frame = try frame(Array(repeating: farewell, count: 300))
        for _ in 0..<5 { bench.core.inbox.handle(.received(frame)) }
        #expect(bench.core.queue.depth == 900)
        #expect(bench.dropped(.inputFull) == 2)
    }

    @Test func eventsOfTheTransportReachTheTracker() async throws {
        let bench = try Bench()
        bench.core.inbox.handle(.connected(queue: "q"))
        bench.core.inbox.handle(.blocked("memory"))
        bench.core.inbox.handle(.unblocked)
        bench.core.inbox.handle(.returned(id: 9))
        bench.core.inbox.handle(.disconnected(reason: "gone"))
        bench.core.inbox.handle(.dropped(.control, count: 12))
        var batch: [Input] = []
        _ = await bench.core.queue.take(&batch)
        let texts = batch.map { "\($0)" }
        #expect(
            texts == [
                #"connected(queue: "q")"#, "blocked(true)", "blocked(false)", "probeReturned(nonce: 9)", "disconnected",
            ])
        #expect(bench.dropped(.transport) == 12)
    }
}
