import SwarmWire
import Testing

/// Frames that would make the decoder of swift-protobuf allocate, or copy, many times their size.
@Suite("Hostile frames")
struct FrameScanTests {
    private func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * count)
        for _ in 0..<count { result += bytes }
        return result
    }

    @Test("two-byte messages that each become a struct")
    func emptyMessages() {
        let frame = ProtoBytes.head(rest: repeated([0x3a, 0], 10_000_000))
        #expect(throws: WireError.limitExceeded("fields in a frame", limit: 1 << 20)) { try WireCodec.decode(frame) }
        let members = ProtoBytes.envelope(3, repeated([0x0a, 0], 1_000_000))
        #expect(throws: WireError.limitExceeded("View entries", limit: 4_096)) { try WireCodec.decode(members) }
    }

    @Test("a packed column in a million parts, each of which copies the array")
    func splitColumn() {
        let frame = ProtoBytes.envelope(13, repeated([0x12, 1, 1], 1_000_000))
        #expect(throws: WireError.malformed("field 2 of Positions twice")) { try WireCodec.decode(frame) }
        let unpacked = ProtoBytes.envelope(13, repeated([0x10, 1], 1_000_000))
        #expect(throws: WireError.malformed("field 2 of Positions twice")) { try WireCodec.decode(unpacked) }
    }

    @Test("groups nested a million deep")
    func nestedGroups() {
        let groups = repeated([0x0b], 1_000_000)
        #expect(throws: WireError.self) { try WireCodec.decode(ProtoBytes.head(rest: groups)) }
        // In a message that the scan does not enter, the decoder's own limit holds.
        #expect(throws: WireError.self) { try WireCodec.decode(ProtoBytes.envelope(1, groups)) }
    }

    @Test("messages nested a million deep in an unknown field are not entered")
    func nestedUnknown() throws {
        var nested: [UInt8] = []
        for _ in 0..<10_000 { nested = ProtoBytes.field(40, nested) }
        #expect(try WireCodec.decode(ProtoBytes.head(rest: nested)).messages.isEmpty)
    }

    @Test("a length that reaches beyond the end, or around")
    func lengths() {
        for length in [UInt64(5), 1 << 31, 1 << 32, 1 << 63, .max] {
            let frame = ProtoBytes.head(rest: [0x3a] + ProtoBytes.varint(length) + [1, 2, 3])
            #expect(throws: WireError.self) { try WireCodec.decode(frame) }
        }
    }

    @Test("stamps that would decode to hundreds of megabytes")
    func stamps() {
        let stamps = repeated(ProtoBytes.field(7, Array(repeating: 0, count: 4_096)), 600)
        let universes = ProtoBytes.field(5, Array(repeating: 1, count: 8))
        let tables = ProtoBytes.field(6, universes + ProtoBytes.field(6, Array(repeating: 1, count: 600)) + stamps)
        #expect(throws: WireError.self) { try WireCodec.decode(ProtoBytes.head(rest: tables)) }
    }
}
