import Testing

@testable import IntervalTreeClocks

/// What is not the canonical encoding of a clock is refused, with the reason.
@Suite struct DecodingTests {
    typealias Reason = IntervalTreeClock.DecodingError.Reason

    private func reason(_ decode: () throws -> Void) -> Reason? {
        (#expect(throws: IntervalTreeClock.DecodingError.self) { try decode() })?.reason
    }

    /// Each fills whole bytes, so that no padding can be taken for a part of the tree.
    @Test(arguments: ["", "01 01 01 01", "11 01 001 0", "11 11 10 01 001 10 10 0"])
    func truncatedIDs(bits: String) {
        #expect(reason { _ = try IntervalTreeClock.ID(decoding: EncodingTests.bytes(bits)) } == .truncated)
    }

    @Test func allTruncationsOfAClock() throws {
        let clock = try TreeNotation.clock("((1, 0), (0, (1, 0)))", "(17, (0, 1, 0), (3, (0, 4000, 0), 0))")
        let bytes = clock.encoded()
        for count in bytes.indices {
            #expect(reason { _ = try IntervalTreeClock(decoding: bytes.prefix(count)) } == .truncated)
        }
    }

    @Test(arguments: ["01 000", "10 000", "11 001 001", "11 000 001", "11 001 000"])
    func idsOutOfNormalForm(bits: String) {
        #expect(reason { _ = try IntervalTreeClock.ID(decoding: EncodingTests.bytes(bits)) } == .notCanonical)
    }

    @Test(arguments: [
        // A side that is written out though it is zero, both zero, both raised, both equal.
        "000 1000", "001 1000", "010 1000 1001", "010 1001 1000", "010 1001 1010", "010 1001 1001",
        // A base that is written out though it is zero, or as a tree.
        "01100 1000 1010", "01101 1000 1010", "0111 1000 0011001 1001", "01100 0001001 1010",
        // A side raised within a node with a base.
        "0111 1001 1010 1011", "01100 1001 1000",
    ])
    func eventsOutOfNormalForm(bits: String) {
        #expect(reason { _ = try IntervalTreeClock.Events(decoding: EncodingTests.bytes(bits)) } == .notCanonical)
    }

    @Test func trailingBits() throws {
        let bytes = IntervalTreeClock.seed.encoded()
        #expect(reason { _ = try IntervalTreeClock(decoding: bytes + [0]) } == .trailingBits)
        for bit in 0..<1 {
            #expect(reason { _ = try IntervalTreeClock(decoding: [bytes[0] | 1 << bit]) } == .trailingBits)
        }
        for bit in 0..<5 {
            #expect(reason { _ = try IntervalTreeClock.ID(decoding: [0b0010_0000 | 1 << UInt8(bit)]) } == .trailingBits)
        }
        #expect(reason { _ = try IntervalTreeClock.Events(decoding: [0b1000_0000, 0]) } == .trailingBits)
    }

    @Test func countersBeyond64Bits() throws {
        let ones = String(repeating: "1", count: 63)
        let zeros = String(repeating: "0", count: 61)
        let greatest = try IntervalTreeClock.Events(
            decoding: EncodingTests.bytes("1" + ones.dropLast() + "0" + zeros + "011"))
        #expect(greatest.description == "\(UInt64.max)")
        for bits in ["1" + ones + "0" + zeros + "000", "1" + ones.dropLast() + "0" + zeros + "100"] {
            #expect(
                reason { _ = try IntervalTreeClock.Events(decoding: EncodingTests.bytes(bits)) } == .counterOverflow)
        }
        // A sum along a way, of which no part is too great.
        let sum = try TreeNotation.events("(1, 0, (0, 0, 1))")
        #expect(try IntervalTreeClock.Events(decoding: sum.encoded()) == sum)
        let overflowing = "01100 1001" + "1" + ones.dropLast() + "0" + zeros + "011"
        #expect(
            reason { _ = try IntervalTreeClock.Events(decoding: EncodingTests.bytes(overflowing)) } == .counterOverflow)
    }

    @Test func deepTrees() throws {
        let limit = IntervalTreeClock.maximumDepth
        for (levels, allowed) in [(limit, true), (limit + 1, false)] {
            for step in ["01", "10"] {
                let bytes = EncodingTests.bytes(String(repeating: step, count: levels) + "001")
                if allowed {
                    #expect(try IntervalTreeClock.ID(decoding: bytes).encoded() == bytes)
                } else {
                    #expect(reason { _ = try IntervalTreeClock.ID(decoding: bytes) } == .tooDeep)
                }
            }
            for step in ["000", "001"] {
                let bytes = EncodingTests.bytes(String(repeating: step, count: levels) + "1001")
                if allowed {
                    #expect(try IntervalTreeClock.Events(decoding: bytes).encoded() == bytes)
                } else {
                    #expect(reason { _ = try IntervalTreeClock.Events(decoding: bytes) } == .tooDeep)
                }
            }
        }
        for byte in [0b0101_0101, 0b1010_1010, 0b1111_1111] as [UInt8] {
            let bytes = [UInt8](repeating: byte, count: IntervalTreeClock.defaultSizeLimit)
            #expect(reason { _ = try IntervalTreeClock.ID(decoding: bytes) } == .tooDeep)
        }
        for byte in [0, 0b0100_1001, 0b0010_0100] as [UInt8] {
            let bytes = [UInt8](repeating: byte, count: IntervalTreeClock.defaultSizeLimit)
            #expect(reason { _ = try IntervalTreeClock.Events(decoding: bytes) } == .tooDeep)
        }
    }

    @Test func tooManyBytes() throws {
        let bytes = [UInt8](repeating: 0b0011_0000, count: IntervalTreeClock.defaultSizeLimit + 1)
        #expect(reason { _ = try IntervalTreeClock(decoding: bytes) } == .tooLarge)
        #expect(reason { _ = try IntervalTreeClock.ID(decoding: bytes) } == .tooLarge)
        #expect(reason { _ = try IntervalTreeClock.Events(decoding: bytes) } == .tooLarge)
        let clock = try TreeNotation.clock("(1, 0)", "(0, 1, 0)")
        #expect(clock.encoded().count == 2)
        #expect(reason { _ = try IntervalTreeClock(decoding: clock.encoded(), sizeLimit: 1) } == .tooLarge)
        #expect(try IntervalTreeClock(decoding: clock.encoded(), sizeLimit: 2) == clock)
    }

    @Test func errorsSayWhatIsWrongAndWhere() {
        let error = #expect(throws: IntervalTreeClock.DecodingError.self) { try IntervalTreeClock(decoding: [0b0011]) }
        #expect(error?.description == "cannot decode an interval tree clock: the bytes end within a tree (at bit 8)")
    }

    /// Whatever decodes is in normal form and encodes to the very same bytes.
    @Test func randomBytes() throws {
        var generator = SeededGenerator(seed: 3)
        var decoded = 0
        for _ in 0..<100_000 {
            // Short ones have a chance to be valid, long ones to get far.
            let length = Bool.random(using: &generator) ? Int.random(in: 0...3, using: &generator) : 40
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...length, using: &generator) {
                bytes.append(UInt8(truncatingIfNeeded: generator.next()))
            }
            if try checkDecoding(bytes) { decoded += 1 }
        }
        #expect(decoded > 500)
    }

    /// Valid clocks with bits flipped, bytes lost and bytes added.
    @Test func damagedClocks() throws {
        var decoded = 0
        for seed in 0..<100 {
            var run = CausalHistories(seed: UInt64(seed), maximumLive: 10)
            for _ in 0..<80 { _ = run.step() }
            var generator = SeededGenerator(seed: UInt64(seed))
            for version in run.live {
                for _ in 0..<20 {
                    var bytes = version.clock.encoded()
                    let index = Int.random(in: bytes.indices, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes.removeLast(bytes.count - index)
                    case 1: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: index)
                    default: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                    }
                    if try checkDecoding(bytes) { decoded += 1 }
                }
            }
        }
        #expect(decoded > 100)
    }

    private func checkDecoding(_ bytes: [UInt8]) throws -> Bool {
        let clock: IntervalTreeClock
        do throws(IntervalTreeClock.DecodingError) {
            clock = try IntervalTreeClock(decoding: bytes)
        } catch {
            try #require(error.bitOffset <= bytes.count * 8)
            return false
        }
        try #require(clock.encoded() == bytes, "\(bytes)")
        try #require(Grid.isNormal(clock.id.tree) && Grid.isNormal(clock.events.tree), "\(bytes)")
        // What came from outside can be worked with.
        var other = clock
        other.event()
        other.join(.seed)
        try #require(other.compare(to: clock) == (clock.id.isNone || other.events == clock.events ? .equal : .after))
        return true
    }
}
