import ArgumentParser
import Swarm
import SwarmClient

struct CallCommand: NameCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Send a message to a worker and show its reply.")

    @Argument(help: "The name, or - to read one name a line from standard input.")
    var name: String

    @Argument(help: .init("The message; a counter takes {\"add\":{\"amount\":3}} or {\"get\":{}}.", valueName: "json"))
    var message: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try Usage.check(name: name)
        try Usage.check(json: message, "message")
    }

    func request(for name: String) -> ClientRequest { .deliver(.call, name, message: Array(message.utf8)) }

    func text(_ answer: JSONFields, name: String, amongMany: Bool) throws -> String {
        let reply = Reply.text(answer)
        return amongMany ? "\(name.printable): \(reply)" : reply
    }
}

/// A worker's reply, as it was written.
enum Reply {
    static func text(_ answer: JSONFields) -> String {
        let reply = answer[raw: "reply"] ?? answer[raw: "reply_base64"] ?? Array("null".utf8)
        return String(decoding: reply, as: UTF8.self).printable
    }
}
