import ArgumentParser
import Swarm
import SwarmClient

struct PublishCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Send a message to all workers of a group: one AMQP publish, with the group as routing key.")

    @Argument(help: "The group.")
    var group: String

    @Argument(help: .init("The message.", valueName: "json"))
    var message: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try Usage.check(group: group)
        try Usage.check(json: message, "message")
    }

    func perform(_ session: Session) async throws -> CommandStatus {
        let result: CommandResult
        do {
            let isRouted = try await session.client.publish(
                json: Array(message.utf8), to: group, timeout: session.timeout)
            var text = JSONText()
            text.set("group", group)
            text.set("published", true)
            text.set("routed", isRouted)
            result = CommandResult(answer: text.bytes)
        } catch let failure as RequestFailure {
            result = CommandResult(failure, subject: ("group", group))
        }
        session.write(result, subject: group) { answer in
            try answer.bool("routed") == true ? "\(group): published" : "\(group): published; nobody listens"
        }
        return result.status
    }
}
