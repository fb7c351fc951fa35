import ArgumentParser
import Swarm
import SwarmClient

struct ListCommand: ItemsCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List registrations, sorted by name.")
    static let headings = RegistrationRow.headings

    @Option(help: "Only the members of this group.")
    var group: String?

    @Option(help: "Only what runs on this node.")
    var node: String?

    @Option(help: "Only names that begin with this.")
    var prefix = ""

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let group { try Usage.check(group: group) }
        if let node { try Usage.check(node: node) }
    }

    var request: ClientRequest { .list(prefix: prefix, group: group, node: node) }

    func row(_ item: JSONFields) throws -> [String] { try RegistrationRow.cells(item) }
}
