import ArgumentParser
import Swarm
import SwarmClient

struct MultiCallCommand: ItemsCommand {
    static let configuration = CommandConfiguration(
        commandName: "multi-call", abstract: "Send a message to all workers of a group and show their replies.")
    static let headings = ["name", "reply"]

    @Argument(help: "The group.")
    var group: String

    @Argument(help: .init("The message.", valueName: "json"))
    var message: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try Usage.check(group: group)
        try Usage.check(json: message, "message")
    }

    var request: ClientRequest { .multiCall(group, message: Array(message.utf8)) }
    var subject: (key: String, value: String) { ("group", group) }

    func row(_ item: JSONFields) throws -> [String] {
        let name = try item.required("name")
        guard let error = try item.string("error") else { return [name, Reply.text(item)] }
        return [name, "\(error): \(try item.string("message") ?? "")"]
    }

    func isNegative(_ item: JSONFields) throws -> Bool { item[raw: "error"] != nil }
}
