import ArgumentParser
import Swarm
import SwarmClient

struct SendCommand: NameCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send a message to a worker; done when it is in the worker's mailbox.")

    @Argument(help: "The name, or - to read one name a line from standard input.")
    var name: String

    @Argument(help: .init("The message.", valueName: "json"))
    var message: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try Usage.check(name: name)
        try Usage.check(json: message, "message")
    }

    func request(for name: String) -> ClientRequest { .deliver(.send, name, message: Array(message.utf8)) }

    func text(_ answer: JSONFields, name: String, amongMany: Bool) throws -> String { "\(name.printable): sent" }
}
