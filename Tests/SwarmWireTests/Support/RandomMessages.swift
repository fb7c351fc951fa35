import IntervalTreeClocks
import SwarmCore

/// Makes valid messages of every case, with all sorts of values in every field.
struct RandomMessages {
    private var generator: SplitMix64
    private var depth = 0

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// How many cases `Message` has; `message(case:)` takes any number below.
    static let cases = 26

    mutating func frame(messages: Int) -> [Message] {
        (0..<messages).map { _ in message(case: below(Self.cases)) }
    }

    mutating func sender() -> Sender { Sender(node: node(), life: life()) }

    mutating func message(case number: Int) -> Message {
        switch number {
        case 0: .heartbeat(heartbeat())
        case 1: .hello(hello())
        case 2: .view(view())
        case 3: .farewell(Farewell(sequence: counter()))
        case 4: .probe(nonce: generator.next())
        case 5: .probeAnswer(nonce: generator.next())
        case 6: .verdict(Verdict(node: node(), life: life(), cause: pick(Verdict.Cause.allCases)))
        case 7: .report(Report(node: node(), life: life(), sequence: counter()))
        case 8: .obituary(Obituary(life: life(), sequence: counter()))
        case 9: .delta(delta(operations: below(12)))
        case 10: .repair(RepairRequest(origin: node(), after: counter(), whole: flip()))
        case 11: .snapshot(snapshot())
        case 12: .vector(some(5) { $0.position() })
        case 13: .acknowledge(upTo: counter())
        case 14: .acknowledged(upTo: counter())
        case 15: .ended(some(4) { EndedClaim(name: $0.name(), birth: $0.position()) })
        case 16: .forkRequest(maybe { $0.universe() })
        case 17: .forkGrant(universe(), clock().id)
        case 18: .retire(universe(), clock().id)
        case 19: .request(request())
        case 20: .reply(Reply(id: requestID(), result: result(), tries: UInt32(truncatingIfNeeded: counter())))
        case 21:
            .offer(
                Offer(
                    attempt: counter(), purpose: purpose(), claim: claim(), state: handedState(),
                    placement: generator.next()))
        case 22:
            .offerAnswer(
                OfferAnswer(name: name(), attempt: counter(), purpose: purpose(), refusal: maybe { $0.failure() }))
        case 23:
            .commit(Commit(name: name(), attempt: counter(), purpose: purpose(), held: some(4) { $0.held() }))
        case 24: .commitAnswer(CommitAnswer(name: name(), attempt: counter(), isDone: flip(), sequence: counter()))
        default: .abort(name: name(), attempt: counter())
        }
    }

    mutating func delta(operations: Int) -> Delta {
        let onlyPuts = flip()
        return Delta(
            origin: node(), first: counter(),
            operations: (0..<operations).map { _ in operation(onlyPuts ? 0 : below(5)) })
    }

    private mutating func operation(_ number: Int) -> Operation {
        switch number {
        case 0: .put(claim(), cites: maybe { $0.position() })
        case 1: .moving(name: name(), move())
        case 2: .settled(name: name(), attempt: counter())
        case 3: .release(name: name(), successor: position())
        default: .remove(name: name(), alsoEnds: some(3) { $0.position() })
        }
    }

    mutating func claim() -> Claim {
        Claim(
            name: name(), host: node(), workerID: number(), sequence: counter(), kind: flip() ? "counter" : text(),
            arguments: bytes(), groups: Array(Set(some(4) { $0.group() })).sorted(), metadata: metadata(),
            stamp: Stamp(universe: universe(), events: clock().events), token: token(), birth: position(),
            request: requestID(), move: maybe { $0.move() })
    }

    private mutating func heartbeat() -> Heartbeat {
        Heartbeat(
            beat: counter(), queue: text(), isReady: flip(), isDraining: flip(), clock: counter(),
            sequence: counter(),
            digest: DigestNote(sequence: counter(), digest: generator.next(), count: counter()),
            universe: maybe { $0.universe() }, idBits: UInt32(truncatingIfNeeded: number()),
            placement: generator.next())
    }

    private mutating func member() -> MemberDescription {
        MemberDescription(
            node: node(), life: life(), kinds: some(3) { $0.text() }.sorted(),
            weight: UInt32(truncatingIfNeeded: number()), roles: some(2) { $0.text() }, isClient: flip())
    }

    private mutating func hello() -> Hello {
        Hello(
            member: member(), queue: text(), clock: counter(), isReady: flip(), universe: maybe { $0.universe() },
            wantsView: flip())
    }

    private mutating func view() -> View {
        View(
            members: some(4) { ViewMember(member: $0.member(), queue: $0.text(), isReady: $0.flip()) },
            positions: some(5) { $0.position() },
            buried: some(5) { Burial(node: $0.node(), life: $0.life(), age: UInt32($0.below(90_000))) },
            clock: counter(), isReady: flip(), universe: maybe { $0.universe() })
    }

    private mutating func snapshot() -> SnapshotChunk {
        let count = 1 + below(100)
        return SnapshotChunk(
            origin: node(), sequence: counter(), id: generator.next(), index: UInt32(below(count)),
            count: UInt32(count), claims: some(5) { $0.claim() },
            manifest: maybe {
                SnapshotChunk.Manifest(
                    digest: $0.generator.next(), count: $0.counter(), positions: $0.some(4) { $0.position() },
                    ended: $0.some(3) { EndedClaim(name: $0.name(), birth: $0.position()) })
            })
    }

    private mutating func request() -> Request {
        Request(
            id: requestID(), lifetime: UInt32(truncatingIfNeeded: number()), placement: generator.next(),
            hops: UInt8(below(3)),
            birth: below(2) == 0 ? nil : LogPosition(origin: node(), sequence: max(1, counter())),
            tries: max(1, UInt32(truncatingIfNeeded: number())), body: requestBody())
    }

    private mutating func requestBody() -> RequestBody {
        switch below(9) {
        case 0:
            .register(
                RegistrationOrder(
                    name: name(), kind: text(), arguments: bytes(), groups: some(3) { $0.group() },
                    metadata: metadata(), localOnly: flip()))
        case 1: .unregister(name: name())
        case 2: .join(name: name(), group: group())
        case 3: .leave(name: name(), group: group())
        case 4: .update(name: name(), metadata: metadata().mapValues { flip() ? $0 : nil })
        case 5: .deliver(name: name(), payload: bytes(), oneWay: flip())
        case 6:
            .restart(some(4) { OrphanOrder(name: $0.name(), birth: $0.position(), seen: $0.position()) })
        case 7: .drain(node: word(64))
        default: .inspect(node: word(64))
        }
    }

    private mutating func result() -> Result<ReplyBody, Failure> {
        switch below(5) {
        case 0: .success(.done)
        case 1: .success(.written(summary(), at: position()))
        case 2: .success(.payload(bytes()))
        case 3: .success(.text(text()))
        default: .failure(failure())
        }
    }

    private mutating func failure() -> Failure {
        Failure(pick(FailureCode.allCases), text(), mayHaveExecuted: flip(), holder: maybe { $0.summary() })
    }

    private mutating func held() -> HeldMessage {
        HeldMessage(request: maybe { $0.requestID() }, payload: bytes(), oneWay: flip())
    }

    private mutating func summary() -> RegistrationSummary {
        RegistrationSummary(name: name(), node: node(), token: token())
    }

    private mutating func handedState() -> HandedState { flip() ? .none : .bytes(bytes()) }

    private mutating func purpose() -> OfferPurpose { flip() ? .move : .merge }

    private mutating func move() -> Move {
        Move(to: node(), attempt: counter(), token: token(), sequence: counter())
    }

    private mutating func token() -> Token { Token(clock: counter(), node: node()) }

    private mutating func position() -> LogPosition { LogPosition(origin: node(), sequence: counter()) }

    private mutating func requestID() -> RequestID { RequestID(node: node(), number: number()) }

    private mutating func universe() -> Universe {
        Universe(generation: UInt32(below(Int(Universe.generationLimit) + 1)), id: generator.next())
    }

    private mutating func clock() -> IntervalTreeClock {
        var clock = IntervalTreeClock.seed
        for _ in 0..<below(6) {
            clock.event()
            let other = clock.fork()
            if flip() { clock = other }
        }
        clock.event()
        return clock
    }

    /// Mostly one of a few, as in a cluster.
    private mutating func node() -> NodeID {
        flip()
            ? NodeID(name: "node-\(below(4))", incarnation: 1_760_000_000_000_000 + UInt64(below(2)))
            : NodeID(name: word(64), incarnation: counter())
    }

    private mutating func metadata() -> [String: String] {
        Dictionary(some(3) { ($0.text(), $0.text()) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func group() -> String {
        flip() ? "carts.eu" : (0...below(3)).map { _ in word(60) }.joined(separator: ".")
    }

    private mutating func name() -> String {
        let text = flip() ? "cart/\(below(100_000))" : text()
        return text.isEmpty ? "x" : text
    }

    /// Up to 255 bytes, with code points of every length.
    private mutating func text() -> String {
        let letters: [Character] = ["a", "Z", "/", " ", "\0", "é", "e\u{301}", "€", "𝄞", "👩‍👩‍👧"]
        var text = ""
        for _ in 0..<below(flip() ? 12 : 120) {
            let letter = pick(letters)
            if text.utf8.count + letter.utf8.count > 255 { break }
            text.append(letter)
        }
        return text
    }

    private mutating func word(_ limit: Int) -> String {
        let letters = Array("abcxyzABCXYZ0189-_")
        return String((0...below(flip() ? 8 : limit)).map { _ in pick(letters) })
    }

    private mutating func bytes() -> [UInt8] {
        (0..<below(flip() ? 8 : 200)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }

    /// Of any magnitude.
    private mutating func number() -> UInt64 { generator.next() >> UInt64(below(64)) }

    private mutating func counter() -> UInt64 { number() >> 8 }

    private mutating func life() -> UInt32 { UInt32(number() >> 40) }

    private mutating func flip() -> Bool { generator.next() & 1 == 0 }

    private mutating func below(_ limit: Int) -> Int { limit == 0 ? 0 : Int(generator.next() % UInt64(limit)) }

    private mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }

    private mutating func maybe<T>(_ make: (inout RandomMessages) -> T) -> T? { flip() ? make(&self) : nil }

    private mutating func some<T>(_ most: Int, _ make: (inout RandomMessages) -> T) -> [T] {
        (0..<below(most + 1)).map { _ in make(&self) }
    }
}
