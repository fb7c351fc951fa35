/// Why a payload is not of the type that it should be, for whoever sent it.
enum PayloadMismatch {
    static func text<Value: Decodable>(
        _ error: any Error, type: Value.Type, bytes: [UInt8], coder: any PayloadCoder
    ) -> String {
        switch error {
        case DecodingError.typeMismatch(let wanted, let context)
        where context.codingPath.isEmpty && wanted == type:
            // What an enum with payloads says whose case is not there; it does not tell which it has.
            guard let keys = try? coder.decode(Keys.self, from: bytes).names else { return ErrorText.of(error) }
            let names = keys.prefix(3).map { "'\(ErrorText.shorten($0, to: 64))'" }.joined(separator: ", ")
            return switch keys.count {
            case 0: "no case is given"
            case 1: "unknown case \(names)"
            default: "one case expected, not \(names)"
            }
        case DecodingError.dataCorrupted where (try? coder.decode(Anything.self, from: bytes)) == nil:
            return "not valid \(coder.contentType)"
        default: return ErrorText.of(error)
        }
    }

    /// `Counter.Message`: without the module, which callers need not know.
    static func name<Value>(of type: Value.Type) -> String {
        let full = String(reflecting: type)
        guard !full.contains("("), let dot = full.firstIndex(of: "."), !full.contains("<") else { return "\(type)" }
        return String(full[full.index(after: dot)...])
    }

    /// Whatever the coder can read at all.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    /// The names of the fields of an object.
    private struct Keys: Decodable {
        let names: [String]

        init(from decoder: any Decoder) throws {
            names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue).sorted()
        }

        struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }
}
