#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Turns messages, replies, arguments and states into bytes when they leave the process, and back.
///
/// All nodes and clients of a cluster must use the same one. ``JSONPayloadCoder`` unless the node is given another.
public protocol PayloadCoder: Sendable {
    /// What AMQP's `content_type` says of the bytes, so that clients in other languages can read them.
    var contentType: String { get }

    /// The bytes of a value. Whatever it throws reaches the sender as `decodingFailed`.
    func encode<Value: Encodable>(_ value: Value) throws -> [UInt8]

    /// The value of the bytes. Whatever it throws reaches the sender as `decodingFailed`; the worker goes on.
    func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value
}

/// JSON, any value at the top level: `{"add":{"amount":3}}`, `42`, `"text"`, and `{}` for ``NoValue``.
///
/// Dates are seconds since 2001 as a floating-point number, the only form that gives back exactly what it was given;
/// numbers that JSON lacks are written `"inf"`, `"-inf"` and `"nan"`. No bytes at all are read as `{}`.
public struct JSONPayloadCoder: PayloadCoder {
    // Both are shared by all threads: they keep nothing between calls.
    private let encoder: JSONEncoder
    private let decoder: JSONDecoder

    /// `application/json`
    public var contentType: String { "application/json" }

    /// Creates it.
    public init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    }

    /// The JSON of a value. Throws `EncodingError`.
    public func encode<Value: Encodable>(_ value: Value) throws -> [UInt8] { Array(try encoder.encode(value)) }

    /// The value of the JSON. Throws `DecodingError`.
    public func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try decoder.decode(type, from: bytes.isEmpty ? Data("{}".utf8) : Data(bytes))
    }
}
