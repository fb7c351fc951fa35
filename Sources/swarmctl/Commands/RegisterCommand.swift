import ArgumentParser
import Swarm
import SwarmClient
import SwarmCore

struct RegisterCommand: NameCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Start a worker on the node that owns its name.")

    @Argument(help: "The name, or - to read one name a line from standard input.")
    var name: String

    @Option(help: "The kind of the worker; some live node has to have it.")
    var kind: String

    @Option(help: .init("What the worker is started with.", valueName: "json"))
    var arguments = "{}"

    @Option(
        name: .customLong("group"),
        help: .init("A group that it is in from the start; may be repeated.", valueName: "group"))
    var groups: [String] = []

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try Usage.check(name: name)
        try Usage.check { () throws(Failure) in try Naming.checkKind(kind) }
        try Usage.check(json: arguments, "value of --arguments")
        for group in groups { try Usage.check(group: group) }
    }

    func request(for name: String) -> ClientRequest {
        .register(name, kind: kind, arguments: Array(arguments.utf8), groups: groups)
    }

    func text(_ answer: JSONFields, name: String, amongMany: Bool) throws -> String {
        "\(name.printable): registered on \(try answer.required("node")), token \(try answer.required("token"))"
    }
}
