import SwarmCore
import SwarmWire
import Testing

@Suite("Versions of the protocol")
struct WireVersionTests {
    @Test("another major version is refused by name, whatever else is in the frame")
    func otherMajor() {
        let frame = ProtoBytes.head(major: 2, minor: 7, sender: "node-b", rest: [0xff, 0xff])
        #expect(throws: WireError.otherMajor(2, minor: 7, sender: "node-b")) { try WireCodec.decode(frame) }
        #expect(throws: WireError.otherMajor(3, minor: 0, sender: nil)) {
            try WireCodec.decode(ProtoBytes.number(1, 3) + ProtoBytes.field(3, "no word"))
        }
        let text = WireError.otherMajor(2, minor: 7, sender: "node-b").description
        #expect(text.hasPrefix("node node-b speaks version 2.7 of the protocol, this node 1.0"))
    }

    @Test("a fragment of another major version, too")
    func otherMajorFragment() {
        var assembler = Assembler()
        let fragment = ProtoBytes.number(15, 2) + ProtoBytes.field(16, "node-b")
        #expect(throws: WireError.otherMajor(2, minor: 0, sender: "node-b")) {
            try assembler.accept(fragment, now: Instant(uptime: 0, wall: 0))
        }
    }

    @Test("fields of a newer minor version are skipped, and messages with unknown cases counted")
    func newerMinor() throws {
        let unknown = ProtoBytes.field(60, "later") + ProtoBytes.field(60, "more") + ProtoBytes.number(61, 5)
        let messages: [[UInt8]] = [
            ProtoBytes.field(5, ProtoBytes.fixed64(1, 9) + unknown),  // a probe with more in it
            ProtoBytes.field(57, "another message"),
            [],
            ProtoBytes.field(20, ProtoBytes.number(2, 4) + ProtoBytes.field(50, "another request")),
            ProtoBytes.field(21, ProtoBytes.number(2, 4) + ProtoBytes.field(50, "another reply")),
            // An operation 9, which cannot be left out of a log.
            ProtoBytes.field(
                10, ProtoBytes.number(2, 1) + ProtoBytes.field(6, [9]) + ProtoBytes.field(7, "name")),
            ProtoBytes.field(22, ProtoBytes.number(2, 9)),  // an offer for another purpose
        ]
        let bytes = ProtoBytes.head(minor: 3, rest: messages.flatMap { ProtoBytes.field(7, $0) } + unknown)
        let frame = try WireCodec.decode(bytes)
        #expect(frame.messages == [.probe(nonce: 9)])
        #expect(frame.skipped == 6)
    }

    @Test("causes and codes of a newer minor version have a meaning")
    func newerCodes() throws {
        let verdict = try WireCodec.decode(ProtoBytes.envelope(7, ProtoBytes.number(3, 99)))
        #expect(
            verdict.messages
                == [.verdict(Verdict(node: NodeID(name: "a", incarnation: 1), life: 0, cause: .silent))])
        let reply = try WireCodec.decode(
            ProtoBytes.envelope(21, ProtoBytes.field(7, ProtoBytes.number(1, 400) + ProtoBytes.field(2, "new"))))
        let id = RequestID(node: NodeID(name: "a", incarnation: 1), number: 0)
        #expect(reply.messages == [.reply(Reply(id: id, result: .failure(Failure(.uncertain, "new"))))])
    }
}
