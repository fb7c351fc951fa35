import IntervalTreeClocks
import SwarmCore
import SwarmWire
import Testing

/// What version 1.0 looks like, byte by byte. Nodes of different releases talk to each other: if one of these changes,
/// either undo the change or make it a new major version.
@Suite("Golden frames")
struct GoldenFrameTests {
    @Test(arguments: Golden.all)
    func encoded(golden: Golden) throws {
        let hex = try WireCodec.encode(golden.frame).hex
        #expect(hex == golden.hex)
    }

    @Test(arguments: Golden.all)
    func decoded(golden: Golden) throws {
        #expect(try WireCodec.decode([UInt8](hex: golden.hex)) == golden.frame)
    }
}

struct Golden: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let frame: Frame
    let hex: String

    init(_ name: String, _ messages: [Message], _ hex: String) {
        testDescription = name
        frame = Frame(sender: Sender(node: Self.a, life: 2), messages: messages)
        self.hex = hex.filter(\.isHexDigit)
    }

    private static let a = NodeID(name: "a", incarnation: 1_760_000_000_000_000)
    private static let b = NodeID(name: "node-b", incarnation: 1_760_000_000_000_777)
    private static let universe = Universe(generation: 3, id: 0x0123_4567_89ab_cdef)

    private static func claim(_ name: String, _ sequence: UInt64, move: Move? = nil) -> Claim {
        var clock = IntervalTreeClock.seed
        _ = clock.fork()
        clock.event()
        return Claim(
            name: name, host: a, workerID: sequence + 40, sequence: sequence, kind: "counter",
            arguments: [0x7b, 0x7d], groups: ["eu", "sensors.eu"], metadata: ["zone": "1"],
            stamp: Stamp(universe: universe, events: clock.events),
            token: Token(clock: 1_760_000_001_000_000 + sequence, node: a),
            birth: LogPosition(origin: b, sequence: 5), request: RequestID(node: b, number: 99), move: move)
    }

    private static let move = Move(to: b, attempt: 4, token: Token(clock: 1_760_000_002_000_000, node: a), sequence: 12)

    static let all: [Golden] = [
        Golden(
            "heartbeat",
            [
                .heartbeat(
                    Heartbeat(
                        beat: 7, queue: "q", isReady: true, isDraining: false, clock: 1_760_000_003_000_000,
                        sequence: 300, digest: DigestNote(sequence: 256, digest: 0xfeed, count: 12),
                        universe: universe, idBits: 9, placement: 0xabcd))
            ],
            """
            08011a0161210000ceeeb54006002802320d2201032a08efcdab89674523013a320a300807120171180128c08deff7de
            96900330ac023a0e08800211edfe000000000000180c4001480951cdab000000000000
            """),
        Golden(
            "delta",
            [
                .delta(
                    Delta(
                        origin: a, first: 10,
                        operations: [
                            .put(claim("one", 10), cites: nil),
                            .put(claim("two", 11), cites: LogPosition(origin: b, sequence: 8)),
                            .moving(name: "one", move), .settled(name: "one", attempt: 4),
                            .release(name: "two", successor: LogPosition(origin: b, sequence: 9)),
                            .remove(name: "one", alsoEnds: [LogPosition(origin: b, sequence: 3)]),
                        ]))
            ],
            """
            08011a0161210000ceeeb5400600280232440a066e6f64652d6212080903ceeeb54006001a07636f756e7465721a0265
            751a0a73656e736f72732e65751a047a6f6e652201032a08efcdab89674523013201013a01323aa80152a501100a1a52
            0a036f6e650a0374776f1a01142201642a02010132027b7d32027b7d3a0202024204020302034a020101520204045a01
            315a01316a089489eaedbdada0067a0201018201020a0c8a01020101920103c60101220200022a020008320600000102
            03043a036f6e653a036f6e653a0374776f3a036f6e6542130a01011201081a088092e4eebdada0062a01184a01045206
            0a01011201095a010162060a0101120103
            """),
        Golden(
            "snapshot",
            [
                .snapshot(
                    SnapshotChunk(
                        origin: a, sequence: 12, id: 1, index: 1, count: 2, claims: [claim("one", 12, move: move)],
                        manifest: .init(
                            digest: 0xbeef, count: 1, positions: [LogPosition(origin: b, sequence: 77)])))
            ],
            """
            08011a0161210000ceeeb5400600280232440a066e6f64652d6212080903ceeeb54006001a07636f756e7465721a0265
            751a0a73656e736f72732e65751a047a6f6e652201032a08efcdab89674523013201013a01323a7e627c100c19010000
            00000000002001280232560a036f6e651a01182201682a010132027b7d3a0102420202034a01015201045a01316a0898
            89eaedbdada0067a01018201010e8a010101920102c6019a010100a201130a01011201081a088092e4eebdada0062a01
            183a1309efbe00000000000010011a060a010112014d
            """),
        Golden(
            "requests and replies",
            [
                .request(
                    Request(
                        id: RequestID(node: a, number: 1), lifetime: 2_000, placement: 0xabcd, hops: 1,
                        body: .deliver(name: "one", payload: Array("{\"get\":{}}".utf8), oneWay: false))),
                .reply(
                    Reply(
                        id: RequestID(node: b, number: 6),
                        result: .failure(
                            Failure(
                                .alreadyRegistered, "taken", mayHaveExecuted: true,
                                holder: RegistrationSummary(
                                    name: "one", node: a, token: Token(clock: 1_760_000_001_000_012, node: b)))))),
            ],
            """
            08011a0161210000ceeeb5400600280232120a066e6f64652d6212080903ceeeb54006003a26a20123100118d00f21cd
            ab00000000000028015a110a036f6e65120a7b22676574223a7b7d7d3a26aa0123080110063a1d0802120574616b656e
            180122100a036f6e6518cc84f5f6de9690032001
            """),
        Golden(
            "handoff",
            [
                .offer(
                    Offer(
                        attempt: 4, purpose: .move, claim: claim("one", 12, move: move), state: .bytes([1, 2]),
                        placement: 1)),
                .commit(
                    Commit(
                        name: "one", attempt: 4, purpose: .move,
                        held: [
                            HeldMessage(request: nil, payload: [1], oneWay: true),
                            HeldMessage(request: RequestID(node: b, number: 5), payload: [2], oneWay: false),
                        ])),
            ],
            """
            08011a0161210000ceeeb5400600280232440a066e6f64652d6212080903ceeeb54006001a07636f756e7465721a0265
            751a0a73656e736f72732e65751a047a6f6e652201032a08efcdab89674523013201013a01323a6cb20169080410011a
            560a036f6e651a01182201682a010132027b7d3a0102420202034a01015201045a01316a089889eaedbdada0067a0101
            8201010e8a010101920102c6019a010100a201130a01011201081a088092e4eebdada0062a0118220201022901000000
            000000003a1dc2011a0a036f6e65100418012201012201022a020002320200053a0101
            """),
        Golden(
            "hello, view, fork",
            [
                .hello(
                    Hello(
                        member: MemberDescription(node: a, life: 2, kinds: ["counter", "echo"], roles: ["web"]),
                        queue: "q", clock: 5, isReady: false, universe: nil, wantsView: true)),
                .view(
                    View(
                        members: [
                            ViewMember(
                                member: MemberDescription(node: b, kinds: ["echo"], weight: 50, isClient: true),
                                queue: "r", isReady: true)
                        ],
                        positions: [LogPosition(origin: a, sequence: 3), LogPosition(origin: b, sequence: 4)],
                        buried: [Burial(node: b, life: 1, age: 60)], clock: 6, isReady: true, universe: universe)),
                .forkGrant(universe, .seed),
            ],
            """
            08011a0161210000ceeeb5400600280232330a066e6f64652d6212080903ceeeb54006001a07636f756e7465721a0465
            63686f1a037765622201032a08efcdab89674523013a1612140a0b10021a02010220642a0103120171180530013a2d1a
            2b0a100a0908011a010220323001120172180112080a020001120203041a01012201012a013c3006380140013a089201
            050801120120
            """),
    ]
}
