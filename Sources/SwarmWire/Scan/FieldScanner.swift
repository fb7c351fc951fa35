/// Steps through the fields of one encoded protobuf message without allocating anything.
struct FieldScanner {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int
    /// The number of the field that the scanner stands at.
    private(set) var field: UInt64 = 0
    /// Where the contents of that field lie.
    private(set) var content = 0..<0
    /// The value of that field if it is a varint.
    private(set) var value: UInt64 = 0
    private(set) var isLengthDelimited = false

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// Goes to the next field; false at the end.
    mutating func next() throws(WireError) -> Bool {
        guard position < end else { return false }
        let tag = try varint()
        field = tag >> 3
        guard field > 0, field < 1 << 29 else { throw .malformed("field \(field) at byte \(position)") }
        isLengthDelimited = false
        let length: UInt64
        switch tag & 7 {
        case 0:
            let start = position
            value = try varint()
            content = start..<position
            return true
        case 1: length = 8
        case 2:
            isLengthDelimited = true
            length = try varint()
        case 5: length = 4
        // Groups are not used: refusing them leaves nothing in a frame that nests deeper than the schema.
        default: throw .malformed("wire type \(tag & 7) at byte \(position)")
        }
        guard length <= UInt64(end - position) else { throw .malformed("cut off at byte \(position)") }
        content = position..<position + Int(length)
        position = content.upperBound
        return true
    }

    private mutating func varint() throws(WireError) -> UInt64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { break }
            result |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return result }
            shift += 7
        }
        throw .malformed("a number ends or overflows at byte \(position)")
    }
}
