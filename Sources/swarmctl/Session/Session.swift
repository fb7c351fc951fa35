import Swarm
import SwarmClient

/// What a command works with.
struct Session: Sendable {
    let client: SwarmClient
    let console: Console
    let format: OutputFormat
    let timeout: Duration
    /// Names, where the argument is `-`.
    let names: LineReader

    func ask(_ request: ClientRequest, subject: (key: String, value: String)? = nil) async throws -> CommandResult {
        do {
            return CommandResult(answer: try await client.ask(request, timeout: timeout))
        } catch let failure as RequestFailure {
            return CommandResult(failure, subject: subject)
        }
    }

    /// Writes one result. Complaints go to standard error, unless they are one of many results in a row.
    func write(_ result: CommandResult, subject: String, amongMany: Bool = false, text: (JSONFields) throws -> String) {
        if format == .json { return console.line(result.json) }
        if let error = result.error {
            let complaint = "\(subject.printable): \(error)".printable
            return amongMany ? console.line(complaint) : console.complain("Error: \(complaint)")
        }
        do {
            console.line(try text(JSONFields(result.json)))
        } catch {
            console.complain("Error: \(subject.printable): the answer cannot be read: \(error)")
        }
    }
}
