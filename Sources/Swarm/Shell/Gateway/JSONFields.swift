/// The top-level fields of a JSON object, each as the bytes it was written with.
///
/// Messages and arguments pass through the gateway untouched: numbers keep their digits, and nothing is decoded twice.
/// The whole text is checked (RFC 8259), nesting at most `depthLimit` deep. Of a repeated key the last one counts.
package struct JSONFields: Sendable {
    package static let depthLimit = 64

    private var fields: [String: ArraySlice<UInt8>] = [:]

    /// Throws ``SwarmError`` (`decodingFailed`) unless the bytes are one JSON object.
    package init(_ bytes: [UInt8]) throws {
        var scanner = JSONScanner(bytes[...])
        fields = try scanner.object()
        try scanner.end()
    }

    /// The names of the fields, sorted.
    package var keys: [String] { fields.keys.sorted() }

    /// The value as it was written; nil if it is absent or `null`.
    package subscript(raw key: String) -> [UInt8]? {
        guard let field = fields[key], !field.elementsEqual("null".utf8) else { return nil }
        return Array(field)
    }

    package func string(_ key: String) throws -> String? {
        guard let field = self[raw: key] else { return nil }
        var scanner = JSONScanner(field[...])
        guard field.first == UInt8(ascii: "\"") else { throw Self.mismatch(key, "a string") }
        return try scanner.string()
    }

    package func bool(_ key: String) throws -> Bool? {
        guard let field = self[raw: key] else { return nil }
        if field.elementsEqual("true".utf8) { return true }
        if field.elementsEqual("false".utf8) { return false }
        throw Self.mismatch(key, "true or false")
    }

    package func number(_ key: String) throws -> Double? {
        guard let field = self[raw: key] else { return nil }
        guard let value = Double(String(decoding: field, as: UTF8.self)), value.isFinite else {
            throw Self.mismatch(key, "a number")
        }
        return value
    }

    package func strings(_ key: String) throws -> [String]? {
        guard let field = self[raw: key] else { return nil }
        var scanner = JSONScanner(field[...])
        guard field.first == UInt8(ascii: "[") else { throw Self.mismatch(key, "an array of strings") }
        return try scanner.array().map { element in
            guard element.first == UInt8(ascii: "\"") else { throw Self.mismatch(key, "an array of strings") }
            var scanner = JSONScanner(element)
            return try scanner.string()
        }
    }

    /// An object of strings; a value of `null` gives nil.
    package func texts(_ key: String) throws -> [String: String?]? {
        guard let field = self[raw: key] else { return nil }
        guard field.first == UInt8(ascii: "{") else { throw Self.mismatch(key, "an object of strings") }
        let object = try JSONFields(field)
        var result: [String: String?] = [:]
        for key in object.keys { result.updateValue(try object.string(key), forKey: key) }
        return result
    }

    /// The elements of an array as they were written.
    package func elements(_ key: String) throws -> [[UInt8]]? {
        guard let field = self[raw: key] else { return nil }
        guard field.first == UInt8(ascii: "[") else { throw Self.mismatch(key, "an array") }
        var scanner = JSONScanner(field[...])
        return try scanner.array().map { Array($0) }
    }

    private static func mismatch(_ key: String, _ expected: String) -> SwarmError {
        SwarmError(.decodingFailed, "The field '\(key)' has to be \(expected).")
    }
}

/// Whether the bytes are one JSON value.
package func isJSON(_ bytes: [UInt8]) -> Bool {
    var scanner = JSONScanner(bytes[...])
    return (try? scanner.value()) != nil && (try? scanner.end()) != nil
}
