import Swarm
import SwarmClient

/// What became of one request: a JSON object, and what it means.
struct CommandResult: Sendable {
    let json: [UInt8]
    let status: CommandStatus
    /// Why there is no answer, or a negative one.
    let error: SwarmError?

    init(answer: [UInt8]) {
        json = answer
        status = .done
        error = nil
    }

    /// `subject` is what was asked about, as a field of the JSON.
    init(_ failure: RequestFailure, subject: (key: String, value: String)? = nil) {
        status = CommandStatus(failure)
        error = failure.error
        json = Self.json(failure, subject)
    }

    /// The node's own words, if it is one that says something; with the subject, which not every answer repeats.
    private static func json(_ failure: RequestFailure, _ subject: (key: String, value: String)?) -> [UInt8] {
        var text = JSONText()
        if case .cluster(let answer) = failure.source, let fields = try? JSONFields(answer), !fields.keys.isEmpty {
            guard let subject, fields[raw: subject.key] == nil else { return answer }
            text.set(subject.key, subject.value)
            return text.bytes.dropLast() + [UInt8(ascii: ",")] + answer.drop { $0 != UInt8(ascii: "{") }.dropFirst()
        }
        if let subject { text.set(subject.key, subject.value) }
        text.set("error", failure.error.code.description)
        text.set("message", failure.error.message)
        text.set("retryable", failure.error.isRetryable)
        text.set("may_have_executed", failure.error.mayHaveExecuted)
        return text.bytes
    }
}
