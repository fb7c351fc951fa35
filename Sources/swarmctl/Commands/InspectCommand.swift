import ArgumentParser
import Swarm
import SwarmClient

struct InspectCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Dump the state of a node's tracker.")

    @Argument(help: "The node.")
    var node: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try Usage.check(node: node) }

    func perform(_ session: Session) async throws -> CommandStatus {
        let result = try await session.ask(.node(.inspect, node), subject: ("node", node))
        session.write(result, subject: node) { answer in
            guard let state = answer[raw: "state"] else { return "\(node): no state" }
            guard let fields = try? JSONFields(state) else { return String(decoding: state, as: UTF8.self).printable }
            return try lines(fields).joined(separator: "\n")
        }
        return result.status
    }

    /// One field a line; the elements of a list one a line too.
    private func lines(_ fields: JSONFields) throws -> [String] {
        try fields.keys.flatMap { key -> [String] in
            let value = fields[raw: key] ?? Array("null".utf8)
            guard value.first == UInt8(ascii: "["), let elements = try fields.elements(key), !elements.isEmpty else {
                return ["\(key): \(String(decoding: value, as: UTF8.self))".printable]
            }
            return ["\(key):".printable] + elements.map { "  \(String(decoding: $0, as: UTF8.self))".printable }
        }
    }
}
