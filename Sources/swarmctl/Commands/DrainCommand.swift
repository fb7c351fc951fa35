import ArgumentParser
import Swarm
import SwarmClient

struct DrainCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Make a node hand over all its workers and leave the cluster.")
    /// As long as a node may take for it, and a little more.
    static let defaultTimeout: Double = 60

    @Argument(help: "The node.")
    var node: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try Usage.check(node: node) }

    func perform(_ session: Session) async throws -> CommandStatus {
        let result = try await session.ask(.node(.drain, node), subject: ("node", node))
        session.write(result, subject: node) { _ in "\(node): drained" }
        return result.status
    }
}
