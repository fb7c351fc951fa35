/// What may be told of an error of the user's code: to callers on other nodes and in logs.
enum ErrorText {
    /// In UTF-8 bytes.
    static let limit = 512

    /// Its type, and its description only where the type's author wrote one: what Swift would print by itself shows
    /// every stored value, and those may be payloads or secrets.
    static func of(_ error: any Error) -> String {
        switch error {
        case let error as SwarmError: error.description
        case let error as DecodingError: describe(error)
        case let error as EncodingError: describe(error)
        case let error as any CustomStringConvertible: shorten("\(type(of: error)): \(error.description)")
        default: shorten("\(type(of: error))")
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "no '\(shorten(key.stringValue, to: 64))'" + place(context.codingPath)
        case .typeMismatch(let type, let context): "no \(name(of: type))" + place(context.codingPath)
        case .valueNotFound(let type, let context): "null for a \(type)" + place(context.codingPath)
        case .dataCorrupted(let context): "invalid value" + place(context.codingPath)
        @unknown default: "invalid value"
        }
    }

    /// What decoders call a container they did not find, in plain words.
    private static func name(of type: any Any.Type) -> String {
        if type == [String: Any].self { return "object" }
        return type == [Any].self ? "array" : "\(type)"
    }

    private static func describe(_ error: EncodingError) -> String {
        guard case .invalidValue(_, let context) = error else { return "invalid value" }
        return "invalid value" + place(context.codingPath)
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "" : " at '" + shorten(path.map(\.stringValue).joined(separator: "."), to: 128) + "'"
    }

    static func shorten(_ text: String, to limit: Int = limit) -> String {
        text.utf8.count <= limit ? text : String(decoding: text.utf8.prefix(limit), as: UTF8.self) + "…"
    }
}
