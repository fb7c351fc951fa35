package import SwarmCore

/// A coder that refuses what is larger than the limit and says in the library's words what went wrong.
package struct LimitedCoder: Sendable {
    package let coder: any PayloadCoder
    /// In encoded bytes.
    package let limit: Int

    package init(_ coder: any PayloadCoder, limit: Int) {
        self.coder = coder
        self.limit = limit
    }

    /// `what` names the value in the error: "message", "reply", "state".
    package func encode<Value: Encodable>(_ value: Value, _ what: String) throws(Failure) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try coder.encode(value)
        } catch {
            throw Failure(.decodingFailed, "The \(what) (\(Value.self)) cannot be encoded: \(ErrorText.of(error)).")
        }
        try check(bytes, what)
        return bytes
    }

    /// `kind` is that of the workers that such values are for; nil for what a worker answered.
    package func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], _ what: String, of kind: String? = nil
    ) throws(Failure) -> Value {
        try check(bytes, what)
        do {
            return try coder.decode(type, from: bytes)
        } catch {
            let reason = PayloadMismatch.text(error, type: type, bytes: bytes, coder: coder)
            guard let kind else {
                throw Failure(
                    .decodingFailed,
                    "The \(what) is no \(Value.self): \(reason); ask for the type that the worker answers with.")
            }
            throw Failure(
                .decodingFailed,
                "The \(what) is no \(what) of kind '\(kind)': \(reason); see \(PayloadMismatch.name(of: type)).")
        }
    }

    package func check(_ bytes: [UInt8], _ what: String) throws(Failure) {
        guard bytes.count <= limit else {
            throw Failure(
                .tooLarge, "The \(what) has \(bytes.count) bytes encoded; keep it to \(limit), or raise the limit.")
        }
    }
}
