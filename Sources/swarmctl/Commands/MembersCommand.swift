import ArgumentParser
import Swarm
import SwarmClient

struct MembersCommand: ItemsCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "List the members of a group, sorted by name.")
    static let headings = RegistrationRow.headings

    @Argument(help: "The group.")
    var group: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try Usage.check(group: group) }

    var request: ClientRequest { .members(group) }
    var subject: (key: String, value: String) { ("group", group) }

    func row(_ item: JSONFields) throws -> [String] { try RegistrationRow.cells(item) }
}
