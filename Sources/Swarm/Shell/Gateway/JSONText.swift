/// Writes one JSON object, field by field, in the order of the calls.
package struct JSONText: Sendable {
    private var text: [UInt8] = [UInt8(ascii: "{")]

    package init() {}

    /// The object as it stands, closed.
    package var bytes: [UInt8] { text + [UInt8(ascii: "}")] }

    /// A value that is JSON already.
    package mutating func set(_ key: String, raw value: some Sequence<UInt8>) {
        if text.count > 1 { text.append(UInt8(ascii: ",")) }
        text += Self.quoted(key)
        text.append(UInt8(ascii: ":"))
        text += value
    }

    /// A string; nothing is written for nil.
    package mutating func set(_ key: String, _ value: String?) {
        guard let value else { return }
        set(key, raw: Self.quoted(value))
    }

    package mutating func set(_ key: String, _ value: Bool) { set(key, raw: String(value).utf8) }

    package mutating func set(_ key: String, _ value: some FixedWidthInteger) { set(key, raw: String(value).utf8) }

    package mutating func set(_ key: String, _ values: [String]) {
        set(key, raw: Self.array(values.map(Self.quoted)))
    }

    /// An object of strings, sorted by key.
    package mutating func set(_ key: String, _ values: [String: String]) {
        var object = JSONText()
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { object.set(key, value) }
        set(key, raw: object.bytes)
    }

    /// An array of values that are JSON already.
    package static func array(_ elements: [[UInt8]]) -> [UInt8] {
        [UInt8(ascii: "[")] + elements.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
    }

    package static func quoted(_ value: String) -> [UInt8] {
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
            case 0x0a: quoted += Array("\\n".utf8)
            case 0x0d: quoted += Array("\\r".utf8)
            case 0x09: quoted += Array("\\t".utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                quoted += Array("\\u00\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8)
            default: quoted.append(byte)
            }
        }
        quoted.append(UInt8(ascii: "\""))
        return quoted
    }
}
