import IntervalTreeClocks
import SwarmCore
import SwarmWire
import Testing

@Suite("WireCodec")
struct WireCodecTests {
    @Test("every message comes back as it was", arguments: 0..<RandomMessages.cases)
    func roundTrip(number: Int) throws {
        for seed in 0..<200 {
            var random = RandomMessages(seed: UInt64(seed) << 8 | UInt64(number))
            let frame = Frame(sender: random.sender(), messages: [random.message(case: number)])
            let bytes = try WireCodec.encode(frame)
            #expect(bytes.first == WireCodec.firstByte)
            #expect(try WireCodec.decode(bytes) == frame, "seed \(seed)")
            #expect(try WireCodec.encode(frame) == bytes, "not deterministic, seed \(seed)")
        }
    }

    @Test("the cases of the generator are the cases of Message")
    func casesCovered() {
        var random = RandomMessages(seed: 1)
        var labels: Set<String> = []
        for number in 0..<RandomMessages.cases {
            let label = Mirror(reflecting: random.message(case: number)).children.first?.label
            labels.insert(label ?? "\(number)")
        }
        #expect(labels.count == RandomMessages.cases)
    }

    @Test("several messages share a frame, in order")
    func coalesced() throws {
        for seed in 0..<100 {
            var random = RandomMessages(seed: UInt64(seed))
            let frame = Frame(sender: random.sender(), messages: random.frame(messages: seed))
            #expect(try WireCodec.decode(WireCodec.encode(frame)) == frame)
        }
    }

    /// 21,211 bytes when written (21 a put, of which the name takes 13), and 136 for a single one.
    @Test("a put in a delta of a thousand takes about twenty bytes")
    func sizes() throws {
        let thousand = try WireCodec.encode(Frame(sender: Steady.sender, messages: [.delta(Steady.delta(puts: 1_000))]))
        #expect(thousand.count < 24_000)
        let one = try WireCodec.encode(Frame(sender: Steady.sender, messages: [.delta(Steady.delta(puts: 1))]))
        #expect(one.count < 150)
    }

    @Test("texts arrive byte by byte, also where String sees no difference")
    func exactTexts() throws {
        let composed = MemberDescription(
            node: Steady.sender.node, kinds: ["\u{e9}", "e\u{301}"], roles: ["e\u{301}", "\u{e9}"])
        let hello = Hello(
            member: composed, queue: "", clock: 0, isReady: false, universe: nil, wantsView: false)
        let frame = try WireCodec.decode(
            WireCodec.encode(Frame(sender: Steady.sender, messages: [.hello(hello)])))
        guard case .hello(let back) = try #require(frame.messages.first) else {
            Issue.record("no hello")
            return
        }
        #expect(
            (back.member.kinds + back.member.roles).map { Array($0.utf8) } == [
                [195, 169], [101, 204, 129], [101, 204, 129], [195, 169],
            ])
    }

    @Test("the text of a failure is cut, between two scalars, rather than refused")
    func longFailure() throws {
        let text = "x" + String(repeating: "é", count: WireLimits.failureBytes)
        let reply = Reply(
            id: RequestID(node: Steady.sender.node, number: 1), result: .failure(Failure(.workerFailed, text)))
        let frame = try WireCodec.decode(
            WireCodec.encode(Frame(sender: Steady.sender, messages: [.reply(reply)])))
        guard case .reply(let back) = frame.messages.first, case .failure(let failure) = back.result else {
            Issue.record("no failure")
            return
        }
        #expect(failure.message == String(text.prefix(WireLimits.failureBytes / 2)))
    }
}

/// What a busy node sends: fresh names, one after another.
enum Steady {
    static let sender = Sender(node: NodeID(name: "node-a", incarnation: 1_760_000_000_000_000), life: 0)

    static func claim(_ index: Int, sequence: UInt64) -> Claim {
        var clock = IntervalTreeClock.seed
        _ = clock.fork()
        clock.event()
        return Claim(
            name: "cart/\(100_000 + index)", host: sender.node, workerID: UInt64(5_000 + index), sequence: sequence,
            kind: "counter", arguments: Array("{}".utf8), groups: index % 10 == 0 ? ["carts.eu"] : [], metadata: [:],
            stamp: Stamp(universe: Universe(generation: 0, id: 0x1234_5678_9abc_def0), events: clock.events),
            token: Token(clock: 1_760_000_001_000_000 + UInt64(7 * index), node: sender.node),
            birth: LogPosition(origin: sender.node, sequence: sequence),
            request: RequestID(node: sender.node, number: UInt64(index)))
    }

    static func delta(puts: Int) -> Delta {
        Delta(
            origin: sender.node, first: 1_000_000,
            operations: (0..<puts).map { .put(claim($0, sequence: UInt64(1_000_000 + $0)), cites: nil) })
    }
}
