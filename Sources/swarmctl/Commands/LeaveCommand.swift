import ArgumentParser
import Swarm
import SwarmClient

struct LeaveCommand: NameCommand {
    static let configuration = CommandConfiguration(
        commandName: "leave", abstract: "Take a worker out of a group.")

    @Argument(help: "The name, or - to read one name a line from standard input.")
    var name: String

    @Argument(help: "The group.")
    var group: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try Usage.check(name: name)
        try Usage.check(group: group)
    }

    func request(for name: String) -> ClientRequest { .leave(name, group) }

    func text(_ answer: JSONFields, name: String, amongMany: Bool) throws -> String {
        "\(name.printable): left \(group)"
    }
}
