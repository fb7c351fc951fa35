/// Writes protobuf fields by hand, so that tests can say what no version of this code would.
enum ProtoBytes {
    static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] { varint(field << 3) + varint(value) }

    static func fixed64(_ field: UInt64, _ value: UInt64) -> [UInt8] {
        varint(field << 3 | 1) + (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// A text, bytes, a message or a packed column.
    static func field(_ field: UInt64, _ content: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(UInt64(content.count)) + content
    }

    static func field(_ field: UInt64, _ text: String) -> [UInt8] { self.field(field, Array(text.utf8)) }

    /// The start of an envelope, up to the tables.
    static func head(major: UInt64 = 1, minor: UInt64 = 0, sender: String = "a", rest: [UInt8] = []) -> [UInt8] {
        number(1, major) + number(2, minor) + field(3, sender) + fixed64(4, 1) + rest
    }

    /// An envelope with one message whose case is `field`.
    static func envelope(_ message: UInt64, _ content: [UInt8], tables: [UInt8] = []) -> [UInt8] {
        head(rest: tables + field(7, field(message, content)))
    }
}

extension [UInt8] {
    init(hex: String) {
        let digits = hex.compactMap { $0.hexDigitValue }
        self = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    var hex: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
