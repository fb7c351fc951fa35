import SwarmCore
import SwarmWire
import Testing

@testable import Swarm

@Suite struct OutboxTests {
    private let own = NodeID(name: "a", incarnation: 1)
    private let other = NodeID(name: "b", incarnation: 2)
    private let third = NodeID(name: "c", incarnation: 3)
    private var sender: Sender { Sender(node: own, life: 4) }

    private let returnable = ReturnableFrames()

    private func makeOutbox() -> Outbox { Outbox(node: own, heartbeatInterval: 1_000_000, returnable: returnable) }

    private func flush(_ outbox: inout Outbox) throws -> (frames: [OutboundFrame], ownMessages: [Message]) {
        var fragmenter = Fragmenter(node: own)
        var errors: [any Error] = []
        let result = outbox.flush(as: sender) { sender, messages in
            try fragmenter.bodies(of: WireCodec.encode(Frame(sender: sender, messages: messages)))
        } failed: {
            errors.append($1)
        }
        if let error = errors.first { throw error }
        return result
    }

    private func messages(_ frame: OutboundFrame) throws -> [Message] {
        let frame = try WireCodec.decode(frame.body)
        #expect(frame.sender == sender)
        return frame.messages
    }

    private func delta(_ first: UInt64) -> Message {
        .delta(Delta(origin: own, first: first, operations: [.settled(name: "x", attempt: 1)]))
    }

    private func reply(_ number: UInt64) -> Message {
        .reply(Reply(id: RequestID(node: other, number: number), result: .success(.done)))
    }

    private func request(_ number: UInt64, lifetime: UInt32) -> Message {
        .request(
            Request(
                id: RequestID(node: own, number: number), lifetime: lifetime, placement: 0, body: .unregister(name: "x")
            ))
    }

    private var heartbeat: Message {
        .heartbeat(
            Heartbeat(
                beat: 1, queue: "q", isReady: true, isDraining: false, clock: 1, sequence: 0,
                digest: DigestNote(sequence: 0, digest: 0, count: 0), universe: nil, idBits: 0, placement: 0))
    }

    @Test func whatGoesToOneDestinationIsOneFrame() throws {
        var outbox = makeOutbox()
        outbox.send(reply(1), to: other)
        outbox.broadcast(delta(1))
        outbox.send(delta(1), to: other)
        outbox.send(reply(2), to: other)
        outbox.broadcast(.farewell(Farewell(sequence: 1)))
        outbox.send(reply(3), to: third)
        outbox.broadcast(heartbeat)
        outbox.broadcast(delta(2))
        let (frames, ownMessages) = try flush(&outbox)
        #expect(ownMessages.isEmpty)
        #expect(
            frames.map(\.destination) == [
                .exchange(.control, key: "heartbeat.a"), .exchange(.control, key: "delta.a"),
                .exchange(.control, key: "all"), .exchange(.direct, key: "b.2"), .exchange(.direct, key: "c.3"),
            ])
        #expect(frames.map(\.lane) == [.heartbeat, .control, .control, .control, .control])
        #expect(try messages(frames[1]) == [delta(1), delta(2)])
        #expect(try messages(frames[3]) == [delta(1), reply(1), reply(2)], "deltas before replies")
        #expect(frames[0].expiration == 3_000)
        #expect(frames[3].expiration == nil)
        #expect(try flush(&outbox).frames.isEmpty, "nothing is kept")
    }

    @Test func requestsExpireWithTheLastOfThem() throws {
        var outbox = makeOutbox()
        outbox.send(request(1, lifetime: 2_000), to: other)
        outbox.send(request(2, lifetime: 5_000), to: other)
        outbox.send(request(3, lifetime: 1_000), to: third)
        outbox.send(reply(1), to: third)
        let frames = try flush(&outbox).frames
        #expect(frames.map(\.expiration) == [5_000, nil])
    }

    @Test func framesWithRequestsComeBackWithTheirRequests() throws {
        var outbox = makeOutbox()
        outbox.send(request(1, lifetime: 2_000), to: other)
        outbox.send(reply(7), to: other)
        outbox.send(request(2, lifetime: 2_000), to: other)
        outbox.send(reply(8), to: third)
        let frames = try flush(&outbox).frames
        let id = try #require(frames[0].returnID)
        #expect(frames[1].returnID == nil)
        #expect(returnable.take(id)?.map(\.number) == [1, 2])
        #expect(returnable.take(id) == nil)
    }

    @Test func framesThatWentOutLongAgoAreForgotten() {
        let returnable = ReturnableFrames(limit: 2)
        let ids = (1...3).map { returnable.add([RequestID(node: own, number: $0)]) }
        #expect(ids.map { returnable.take($0)?.first?.number } == [nil, 2, 3])
    }

    @Test func probesAreMandatoryAndGoToTheQueue() throws {
        var outbox = makeOutbox()
        outbox.probe(queue: "q.b", nonce: 77)
        let frame = try #require(try flush(&outbox).frames.first)
        #expect(frame.destination == .queue("q.b"))
        #expect(frame.returnID == 77)
        #expect(frame.lane == .heartbeat)
        #expect(try messages(frame) == [.probe(nonce: 77)])
    }

    @Test func probeAnswersAreUrgent() throws {
        var outbox = makeOutbox()
        outbox.send(.probeAnswer(nonce: 1), to: other)
        let frame = try #require(try flush(&outbox).frames.first)
        #expect(frame.destination == .exchange(.direct, key: "b.2"))
        #expect(frame.lane == .heartbeat)
    }

    @Test func ownMessagesDoNotGoThroughTheBroker() throws {
        var outbox = makeOutbox()
        outbox.send(reply(1), to: own)
        let (frames, ownMessages) = try flush(&outbox)
        #expect(frames.isEmpty)
        #expect(ownMessages == [reply(1)])
    }

    @Test func longFramesAreDividedByMessagesAndOnlyThenFragmented() throws {
        var outbox = makeOutbox()
        let large = { (number: UInt64, size: Int) in
            Message.reply(
                Reply(
                    id: RequestID(node: own, number: number),
                    result: .success(.payload([UInt8](repeating: 7, count: size)))))
        }
        let small = (1...8).map { large($0, 100_000) }
        for message in small { outbox.send(message, to: other) }
        outbox.send(large(9, 600_000), to: third)
        let frames = try flush(&outbox).frames
        let toOther = frames.filter { $0.destination == .exchange(.direct, key: "b.2") }
        #expect(toOther.count == 4)
        #expect(toOther.allSatisfy { $0.body.count <= 256 << 10 })
        #expect(try toOther.flatMap(messages) == small)
        let fragments = frames.filter { $0.destination == .exchange(.direct, key: "c.3") }
        #expect(fragments.count == 3)
        var assembler = Assembler()
        var whole: [UInt8]?
        for fragment in fragments { whole = try assembler.accept(fragment.body, now: Instant(uptime: 1, wall: 1)) }
        #expect(try WireCodec.decode(try #require(whole)).messages == [large(9, 600_000)])
    }

    @Test func oneMessageThatCannotBeEncodedDoesNotTakeTheOthersAlong() throws {
        var outbox = makeOutbox()
        let broken = Message.abort(name: "", attempt: 1)
        for message in [reply(1), reply(2), broken, reply(3)] { outbox.send(message, to: other) }
        var failed: [Message] = []
        let frames = outbox.flush(as: sender) { sender, messages in
            [try WireCodec.encode(Frame(sender: sender, messages: messages))]
        } failed: { message, _ in
            failed.append(message)
        }.frames
        #expect(failed == [broken])
        #expect(try frames.flatMap(messages) == [reply(1), reply(2), reply(3)])
    }
}
