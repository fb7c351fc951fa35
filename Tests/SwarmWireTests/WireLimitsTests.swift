import IntervalTreeClocks
import SwarmCore
import SwarmWire
import Testing

@Suite("Limits of the protocol")
struct WireLimitsTests {
    private func encode(_ message: Message) throws -> [UInt8] {
        try WireCodec.encode(Frame(sender: Steady.sender, messages: [message]))
    }

    @Test("what may not be received may not be sent")
    func refusedToSend() {
        let node = Steady.sender.node
        let long = String(repeating: "x", count: 256)
        let refused: [Message] = [
            .abort(name: "", attempt: 1),
            .abort(name: long, attempt: 1),
            .abort(name: "x", attempt: 1 << 56),
            .report(Report(node: NodeID(name: "no word", incarnation: 1), life: 0, sequence: 0)),
            .report(Report(node: NodeID(name: "", incarnation: 1), life: 0, sequence: 0)),
            .report(
                Report(node: NodeID(name: String(repeating: "x", count: 65), incarnation: 1), life: 0, sequence: 0)),
            .report(Report(node: NodeID(name: "a", incarnation: 1 << 56), life: 0, sequence: 0)),
            .report(Report(node: node, life: 1 << 24, sequence: 0)),
            .report(Report(node: node, life: 0, sequence: .max)),
            .forkRequest(Universe(generation: Universe.generationLimit + 1, id: 0)),
            .vector(Array(repeating: LogPosition(origin: node, sequence: 1), count: WireLimits.rows + 1)),
            .request(request(.join(name: "x", group: "a..b"))),
            .request(request(.join(name: "x", group: ".a"))),
            .request(request(.join(name: "x", group: "a."))),
            .request(request(.join(name: "x", group: "a b"))),
            .request(request(.join(name: "x", group: ""))),
            .request(request(.join(name: "x", group: String(repeating: "x", count: 201)))),
            .request(request(.update(name: "x", metadata: [long: "v"]))),
            .request(request(.update(name: "x", metadata: ["k": String(repeating: "v", count: 1 << 20 + 1)]))),
            .request(request(.drain(node: "a.b"))),
            .snapshot(
                SnapshotChunk(origin: node, sequence: 1, id: 1, index: 1, count: 1, claims: [], manifest: nil)),
            .delta(Delta(origin: node, first: 1, operations: [.put(claim(groups: ["b", "a"]), cites: nil)])),
            .delta(Delta(origin: node, first: 1, operations: [.put(claim(groups: ["a", "a"]), cites: nil)])),
            .delta(
                Delta(
                    origin: node, first: 1,
                    operations: Array(repeating: .settled(name: "x", attempt: 1), count: WireLimits.rows + 1))),
            .delta(
                Delta(
                    origin: node, first: 1,
                    operations: [
                        .remove(
                            name: "x",
                            alsoEnds: Array(repeating: LogPosition(origin: node, sequence: 1), count: 1_025))
                    ])),
        ]
        for message in refused {
            #expect(throws: WireError.self, "\(message)") { try encode(message) }
        }
    }

    @Test("a frame has an end")
    func oversized() throws {
        let bytes = WireLimits.frameBytes
        #expect(throws: WireError.self) {
            try encode(.request(request(.deliver(name: "x", payload: Array(repeating: 0, count: bytes), oneWay: true))))
        }
        #expect(throws: WireError.oversized(bytes: bytes + 1)) {
            try WireCodec.decode(Array(repeating: 8, count: bytes + 1))
        }
        #expect(throws: WireError.limitExceeded("messages in a frame", limit: 8_192)) {
            try WireCodec.encode(
                Frame(sender: Steady.sender, messages: Array(repeating: .probe(nonce: 1), count: 8_193)))
        }
        let fits = Frame(
            sender: Steady.sender,
            messages: [
                .request(request(.deliver(name: "x", payload: Array(repeating: 7, count: bytes - 1_000), oneWay: true)))
            ])
        #expect(try WireCodec.decode(WireCodec.encode(fits)) == fits)
    }

    @Test("the most that is allowed comes back")
    func atTheLimits() throws {
        let node = NodeID(name: String(repeating: "n", count: 64), incarnation: 1 << 56 - 1)
        let full = Claim(
            name: String(repeating: "x", count: 255), host: node, workerID: .max, sequence: 1 << 56 - 1,
            kind: String(repeating: "k", count: 255), arguments: Array(repeating: 1, count: 100_000),
            groups: (0..<1_024).map { "g.\(10_000 + $0)" },
            metadata: Dictionary(
                uniqueKeysWithValues: (0..<256).map { ("k\($0)", String(repeating: "v", count: 100)) }),
            stamp: Stamp(universe: Universe(generation: Universe.generationLimit, id: .max), events: .zero),
            token: Token(clock: 1 << 56 - 1, node: node), birth: LogPosition(origin: node, sequence: 0),
            request: RequestID(node: node, number: .max))
        let positions = (0..<WireLimits.rows).map { LogPosition(origin: node, sequence: UInt64($0)) }
        let id = RequestID(node: node, number: 1)
        let messages: [Message] = [
            .vector(positions), .delta(Delta(origin: node, first: 1 << 56 - 1, operations: [.put(full, cites: nil)])),
            .delta(
                Delta(
                    origin: node, first: 1,
                    operations: Array(repeating: .remove(name: "x", alsoEnds: []), count: WireLimits.rows))),
            .ended(positions.map { EndedClaim(name: "x", birth: $0) }),
            .request(
                Request(
                    id: id, lifetime: 1, placement: 1,
                    body: .restart(positions.map { OrphanOrder(name: "x", birth: $0, seen: $0) }))),
            .commit(
                Commit(
                    name: "x", attempt: 1, purpose: .move,
                    held: positions.map { _ in HeldMessage(request: id, payload: [1], oneWay: true) })),
            .view(
                View(
                    members: Array(
                        repeating: ViewMember(
                            member: MemberDescription(node: node, kinds: ["k"]), queue: "", isReady: true),
                        count: WireLimits.members),
                    positions: positions,
                    buried: Array(repeating: Burial(node: node, life: 1, age: 1), count: WireLimits.rows), clock: 0,
                    isReady: true, universe: nil)),
        ]
        let frame = Frame(sender: Sender(node: node, life: 1 << 24 - 1), messages: messages)
        #expect(try WireCodec.decode(WireCodec.encode(frame)) == frame)
    }

    @Test("what does not fit together is refused", arguments: Inconsistent.frames)
    func refusedToReceive(frame: Inconsistent) {
        #expect(throws: WireError.self) { try WireCodec.decode(frame.bytes) }
    }

    private func request(_ body: RequestBody) -> Request {
        Request(id: RequestID(node: Steady.sender.node, number: 1), lifetime: 1, placement: 1, body: body)
    }

    private func claim(groups: [String]) -> Claim {
        let claim = Steady.claim(0, sequence: 1)
        return Claim(
            name: claim.name, host: claim.host, workerID: 1, sequence: 1, kind: "", arguments: [], groups: groups,
            metadata: [:], stamp: claim.stamp, token: claim.token, birth: claim.birth, request: claim.request)
    }
}

/// Frames that are well formed and mean nothing.
struct Inconsistent: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]

    /// A universe, a stamp of it without events, the text "b" and the text "a".
    private static let tables = ProtoBytes.field(
        6,
        ProtoBytes.field(3, "b") + ProtoBytes.field(3, "a") + ProtoBytes.field(5, Array(repeating: 1, count: 8))
            + ProtoBytes.field(6, [1]) + ProtoBytes.field(7, IntervalTreeClock.Events.zero.encoded()))

    private static func delta(_ content: [UInt8]) -> [UInt8] { ProtoBytes.envelope(10, content, tables: tables) }

    private static func put(_ columns: [UInt8]) -> [UInt8] {
        delta(ProtoBytes.field(3, ProtoBytes.field(1, "name") + columns))
    }

    static let frames: [Inconsistent] = [
        ("nothing", []),
        ("no version", ProtoBytes.field(3, "a")),
        ("version 0", ProtoBytes.number(1, 0) + ProtoBytes.field(3, "a")),
        ("a fragment", [0x78, 1]),
        ("no sender", ProtoBytes.number(1, 1)),
        ("a sender that is no word", ProtoBytes.head(sender: "a b")),
        ("a sender of 65 bytes", ProtoBytes.head(sender: String(repeating: "a", count: 65))),
        (
            "an incarnation out of range",
            ProtoBytes.number(1, 1) + ProtoBytes.field(3, "a") + ProtoBytes.fixed64(4, .max)
        ),
        ("cut off", Array(ProtoBytes.envelope(14, ProtoBytes.number(1, 5)).dropLast())),
        ("a group", ProtoBytes.head(rest: [0x3b, 0x3c])),
        ("field 0", ProtoBytes.head(rest: [0x02, 0x00])),
        ("a number without end", ProtoBytes.head(rest: [0x38] + Array(repeating: 0xff, count: 11))),
        ("a message that is a number", ProtoBytes.head(rest: ProtoBytes.number(7, 1))),
        ("a sequence out of range", ProtoBytes.envelope(14, ProtoBytes.number(1, 1 << 56))),
        ("text that is no UTF-8", ProtoBytes.envelope(26, ProtoBytes.field(1, [0xff]))),
        ("no name", ProtoBytes.envelope(26, [])),
        ("a node that is not in the tables", ProtoBytes.envelope(8, ProtoBytes.number(1, 1))),
        ("a universe that is not in the tables", ProtoBytes.envelope(17, ProtoBytes.number(1, 1))),
        ("a node without incarnation", ProtoBytes.head(rest: ProtoBytes.field(6, ProtoBytes.field(1, "b")))),
        ("an empty text", ProtoBytes.head(rest: ProtoBytes.field(6, ProtoBytes.field(3, "")))),
        (
            "a generation out of range",
            ProtoBytes.head(
                rest: ProtoBytes.field(
                    6,
                    ProtoBytes.field(4, ProtoBytes.varint(1 << 20 + 1))
                        + ProtoBytes.field(5, Array(repeating: 1, count: 8))))
        ),
        (
            "a stamp that is none",
            ProtoBytes.head(
                rest: ProtoBytes.field(
                    6,
                    ProtoBytes.field(5, Array(repeating: 1, count: 8)) + ProtoBytes.field(6, [1])
                        + ProtoBytes.field(7, [])))
        ),
        (
            "a clock id without universe",
            ProtoBytes.envelope(18, ProtoBytes.field(2, IntervalTreeClock.ID.seed.encoded()))
        ),
        ("a verdict without cause", ProtoBytes.envelope(7, [])),
        ("a failure without code", ProtoBytes.envelope(21, ProtoBytes.field(7, []))),
        ("a handoff without purpose", ProtoBytes.envelope(22, [])),
        ("an offer without claim", ProtoBytes.envelope(22, ProtoBytes.number(2, 1))),
        (
            "hops out of range",
            ProtoBytes.envelope(20, ProtoBytes.number(5, 256) + ProtoBytes.field(13, ProtoBytes.field(1, "a")))
        ),
        ("a chunk beyond the last", ProtoBytes.envelope(12, ProtoBytes.number(4, 1) + ProtoBytes.number(5, 1))),
        (
            "more members than allowed",
            ProtoBytes.envelope(3, Array((0...4_096).map { _ in ProtoBytes.field(1, []) }.joined()))
        ),
        (
            "more messages than allowed",
            ProtoBytes.head(rest: Array((0...8_192).map { _ in ProtoBytes.field(7, []) }.joined()))
        ),
        ("a column in two parts", ProtoBytes.envelope(13, ProtoBytes.field(2, [1]) + ProtoBytes.field(2, [2]))),
        (
            "a delta in two parts",
            ProtoBytes.head(rest: ProtoBytes.field(7, ProtoBytes.field(10, []) + ProtoBytes.field(10, [])))
        ),
        (
            "origins without a position",
            ProtoBytes.envelope(13, ProtoBytes.field(1, [0, 0]) + ProtoBytes.field(2, [1]))
        ),
        ("a column longer than the table", put(ProtoBytes.field(5, [1, 1]))),
        ("groups out of order", put(ProtoBytes.field(7, [2]) + ProtoBytes.field(8, [1, 2]))),
        ("a group twice", put(ProtoBytes.field(7, [2]) + ProtoBytes.field(8, [2, 2]))),
        ("fewer groups than counted", put(ProtoBytes.field(7, [2]) + ProtoBytes.field(8, [2]))),
        ("more groups than counted", put(ProtoBytes.field(7, [1]) + ProtoBytes.field(8, [2, 1]))),
        ("the empty group", put(ProtoBytes.field(7, [1]) + ProtoBytes.field(8, [0]))),
        ("metadata without values", put(ProtoBytes.field(9, [1]) + ProtoBytes.field(10, [1]))),
        ("a move without a row", put(ProtoBytes.field(20, ProtoBytes.field(1, [0])))),
        ("a row without a move", put(ProtoBytes.field(19, [0]))),
        (
            "a move of a row that is not there",
            put(ProtoBytes.field(19, [1]) + ProtoBytes.field(20, ProtoBytes.field(1, [0])))
        ),
        ("a birth before the first operation", put(ProtoBytes.field(16, [2]))),
        ("a stamp that is not in the tables", put(ProtoBytes.field(12, [1]))),
        ("an operation without a name", delta(ProtoBytes.field(6, [4]))),
        (
            "a name without an operation",
            delta(ProtoBytes.field(6, [4]) + ProtoBytes.field(7, "a") + ProtoBytes.field(7, "b"))
        ),
        ("a put without a claim", delta(ProtoBytes.field(6, [0]))),
        ("a moving without a move", delta(ProtoBytes.field(6, [1]) + ProtoBytes.field(7, "a"))),
        ("a settled without an attempt", delta(ProtoBytes.field(6, [2]) + ProtoBytes.field(7, "a"))),
        ("a release without a successor", delta(ProtoBytes.field(6, [3]) + ProtoBytes.field(7, "a"))),
        (
            "fewer rivals than counted",
            delta(
                ProtoBytes.field(6, [4]) + ProtoBytes.field(7, "a") + ProtoBytes.field(11, [1]))
        ),
        (
            "a key of metadata twice",
            ProtoBytes.envelope(
                20,
                ProtoBytes.field(
                    10,
                    ProtoBytes.field(1, "a") + ProtoBytes.field(2, "k") + ProtoBytes.field(3, "v")
                        + ProtoBytes.field(4, "k")))
        ),
    ].map { Inconsistent(testDescription: $0.0, bytes: $0.1) }

    /// The tables, and a put with them, are fine: what is refused above is refused for what it says.
    static let control = put([])
    static let fine: [[UInt8]] = [
        control, put(ProtoBytes.field(7, [2]) + ProtoBytes.field(8, [2, 1])),
        put(ProtoBytes.field(9, [1]) + ProtoBytes.field(10, [1]) + ProtoBytes.field(11, "v")),
        put(ProtoBytes.field(19, [0]) + ProtoBytes.field(20, ProtoBytes.field(1, [0]))),
        delta(
            ProtoBytes.field(6, [4]) + ProtoBytes.field(7, "a") + ProtoBytes.field(11, [1])
                + ProtoBytes.field(12, ProtoBytes.field(2, [1]))),
    ]

    @Suite("Frames written by hand")
    struct Controls {
        @Test(arguments: Inconsistent.fine)
        func read(bytes: [UInt8]) throws {
            #expect(try WireCodec.decode(bytes).messages.count == 1)
        }
    }
}
