import ArgumentParser
import Swarm
import SwarmClient

struct JoinCommand: NameCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Put a worker into a group; done when messages to the group reach it.")

    @Argument(help: "The name, or - to read one name a line from standard input.")
    var name: String

    @Argument(help: "The group: words of letters, digits, '-' and '_', separated by dots.")
    var group: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try Usage.check(name: name)
        try Usage.check(group: group)
    }

    func request(for name: String) -> ClientRequest { .join(name, group) }

    func text(_ answer: JSONFields, name: String, amongMany: Bool) throws -> String {
        "\(name.printable): joined \(group)"
    }
}
