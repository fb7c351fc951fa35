import SwarmCore

/// One request from outside, read from its frame.
struct OutsideRequest: Sendable {
    let operation: OutsideOperation
    let fields: JSONFields
    let timeout: Duration

    /// The longest that anybody may ask to wait.
    static let timeoutLimit = 300.0

    init(_ frame: InboundFrame, defaultTimeout: Duration, messageLimit: Int) throws {
        guard let operation = OutsideOperation(rawValue: frame.key) else {
            throw SwarmError(
                .invalidArgument,
                "There is no operation '\(frame.key.prefix(40))'; use one of "
                    + OutsideOperation.allCases.map(\.rawValue).sorted().joined(separator: ", ") + ".")
        }
        // Room for a message of the largest size and what stands around it.
        guard frame.body.count <= messageLimit + 65_536 else {
            throw SwarmError(.tooLarge, "The request has \(frame.body.count) bytes; send at most \(messageLimit).")
        }
        self.operation = operation
        do {
            fields = try JSONFields(frame.body.isEmpty ? Array("{}".utf8) : frame.body)
        } catch let error as SwarmError {
            throw SwarmError(.decodingFailed, "\(error.message) Send one JSON object.")
        }
        let seconds = try fields.number("timeout")
        guard let seconds else {
            timeout = defaultTimeout
            return
        }
        guard seconds > 0, seconds <= Self.timeoutLimit else {
            throw SwarmError(
                .invalidArgument, "'timeout' is in seconds, above 0 and at most \(Int(Self.timeoutLimit)).")
        }
        timeout = .milliseconds(max(1, Int(seconds * 1_000)))
    }

    func required(_ key: String) throws -> String {
        guard let value = try fields.string(key) else {
            throw SwarmError(.invalidArgument, "'\(operation.rawValue)' needs the field '\(key)', a string.")
        }
        return value
    }

    /// JSON to be given to a worker, as it was written.
    func message() throws -> [UInt8] {
        guard let message = fields[raw: "message"] else {
            throw SwarmError(.invalidArgument, "'\(operation.rawValue)' needs the field 'message'.")
        }
        return message
    }
}
