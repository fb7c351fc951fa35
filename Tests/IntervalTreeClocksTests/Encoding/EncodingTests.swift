import Testing

@testable import IntervalTreeClocks

/// The bit encoding of the paper, appendix A, form by form.
@Suite struct EncodingTests {
    @Test(arguments: [
        ("0", "000"), ("1", "001"), ("(0, 1)", "01 001"), ("(1, 0)", "10 001"),
        ("((1, 0), 1)", "11 10 001 001"), ("(0, ((0, 1), 0))", "01 10 01 001"),
    ])
    func id(notation: String, bits: String) throws {
        let id = try TreeNotation.id(notation)
        #expect(id.encoded() == Self.bytes(bits))
        #expect(id.bitCount == bits.filter { $0 != " " }.count)
        #expect(try IntervalTreeClock.ID(decoding: Self.bytes(bits)) == id)
    }

    @Test(arguments: [
        // Counts: 2 bits from 0, 3 bits from 4, 4 bits from 12.
        ("0", "1 0 00"), ("3", "1 0 11"), ("4", "1 10 000"), ("11", "1 10 111"), ("12", "1 110 0000"),
        // Nodes with the base zero.
        ("(0, 0, 1)", "000 1001"), ("(0, 2, 0)", "001 1010"), ("(0, (0, 1, 0), (0, 0, 1))", "010 0011001 0001001"),
        // Nodes with another base.
        ("(1, 0, 2)", "01100 1001 1010"), ("(1, 2, 0)", "01101 1001 1010"),
        ("(4, (0, 1, 0), 1)", "0111 110000 0011001 1001"),
    ])
    func events(notation: String, bits: String) throws {
        let events = try TreeNotation.events(notation)
        #expect(events.encoded() == Self.bytes(bits))
        #expect(try IntervalTreeClock.Events(decoding: Self.bytes(bits)) == events)
    }

    @Test func aClockIsItsIDAndItsEvents() throws {
        #expect(IntervalTreeClock.seed.encoded() == [0b0011_0000])
        let clock = try TreeNotation.clock("(1, 0)", "(0, 1, 0)")
        #expect(clock.encoded() == Self.bytes("10 001 001 1001"))
        #expect(try IntervalTreeClock(decoding: clock.encoded()) == clock)
    }

    @Test func countsOfAllSizesComeBack() throws {
        var counts: [UInt64] = [.max, .max - 1, .max - 2, .max - 3, .max - 4, .max - 5]
        for power in 0..<64 {
            let n: UInt64 = 1 << UInt64(power)
            counts += [n - 1, n, n &+ 1, n &- 4, n &- 5]
        }
        for count in counts {
            for notation in ["\(count)", "(0, 0, \(count))", "(\(count), 0, \(UInt64.max - count))"] {
                guard !notation.contains(" 0)"), !notation.contains("(0, 0, 0)") else { continue }
                let events = try TreeNotation.events(notation)
                #expect(try IntervalTreeClock.Events(decoding: events.encoded()) == events)
            }
        }
    }

    static func bytes(_ bits: String) -> [UInt8] {
        var writer = BitWriter()
        for bit in bits where bit != " " { writer.write(bit == "1" ? 1 : 0, bits: 1) }
        return writer.bytes
    }
}
