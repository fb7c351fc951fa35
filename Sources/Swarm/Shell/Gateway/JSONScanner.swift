/// Reads JSON text without building a tree: values are given as slices of the input.
struct JSONScanner {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var depth = 0

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// Nothing but white space may follow.
    mutating func end() throws {
        skipSpace()
        guard position == bytes.endIndex else { throw error("nothing more") }
    }

    /// One value of any sort, checked.
    mutating func value() throws -> ArraySlice<UInt8> {
        skipSpace()
        let start = position
        switch peek {
        case UInt8(ascii: "{"): _ = try object()
        case UInt8(ascii: "["): _ = try array()
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: try number()
        }
        return bytes[start..<position]
    }

    mutating func object() throws -> [String: ArraySlice<UInt8>] {
        var fields: [String: ArraySlice<UInt8>] = [:]
        try sequence(from: UInt8(ascii: "{"), to: UInt8(ascii: "}")) { scanner in
            scanner.skipSpace()
            let key = try scanner.string()
            scanner.skipSpace()
            try scanner.expect(UInt8(ascii: ":"))
            fields[key] = try scanner.value()
        }
        return fields
    }

    mutating func array() throws -> [ArraySlice<UInt8>] {
        var elements: [ArraySlice<UInt8>] = []
        try sequence(from: UInt8(ascii: "["), to: UInt8(ascii: "]")) { elements.append(try $0.value()) }
        return elements
    }

    mutating func string() throws -> String {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw error("no control character in a string") }
            position += 1
            if byte == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(byte) }
        }
        try expect(UInt8(ascii: "\""))
        guard let string = String(validating: text, as: UTF8.self) else { throw error("UTF-8") }
        return string
    }

    // MARK: Parts

    private var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { position += 1 }
    }

    private mutating func expect(_ byte: UInt8) throws {
        guard peek == byte else { throw error("'\(String(decoding: [byte], as: UTF8.self))'") }
        position += 1
    }

    private mutating func literal(_ text: StaticString) throws {
        for offset in 0..<text.utf8CodeUnitCount { try expect(text.utf8Start[offset]) }
    }

    private mutating func sequence(
        from opening: UInt8, to closing: UInt8, element: (inout JSONScanner) throws -> Void
    ) throws {
        skipSpace()
        try expect(opening)
        depth += 1
        defer { depth -= 1 }
        guard depth <= JSONFields.depthLimit else { throw error("at most \(JSONFields.depthLimit) levels") }
        skipSpace()
        if peek == closing {
            position += 1
            return
        }
        while true {
            try element(&self)
            skipSpace()
            if peek == closing { break }
            try expect(UInt8(ascii: ","))
        }
        position += 1
    }

    private mutating func number() throws {
        if peek == UInt8(ascii: "-") { position += 1 }
        if peek == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
    }

    private mutating func digits() throws {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw error("a value") }
    }

    private mutating func escape(into text: inout [UInt8]) throws {
        guard let byte = peek else { throw error("an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try codeUnit()
            if (0xd800..<0xdc00).contains(code) {
                try expect(UInt8(ascii: "\\"))
                try expect(UInt8(ascii: "u"))
                let low = try codeUnit()
                guard (0xdc00..<0xe000).contains(low) else { throw error("a low surrogate") }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("a character") }
            text += Array(String(Character(scalar)).utf8)
        default: throw error("an escape")
        }
    }

    private mutating func codeUnit() throws -> UInt32 {
        guard bytes.endIndex - position >= 4,
            let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16),
            bytes[position] != UInt8(ascii: "+"), bytes[position] != UInt8(ascii: "-")
        else { throw error("four hexadecimal digits") }
        position += 4
        return code
    }

    private func error(_ expected: String) -> SwarmError {
        SwarmError(
            .decodingFailed,
            "This is not JSON: at byte \(position - bytes.startIndex), expected \(expected).")
    }
}
