import ArgumentParser
import Swarm
import SwarmClient

struct UnregisterCommand: NameCommand {
    static let configuration = CommandConfiguration(
        commandName: "unregister", abstract: "Stop a worker and free its name.")

    @Argument(help: "The name, or - to read one name a line from standard input.")
    var name: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try Usage.check(name: name) }

    func request(for name: String) -> ClientRequest { ClientRequest(.unregister, name: name) }

    func text(_ answer: JSONFields, name: String, amongMany: Bool) throws -> String {
        "\(name.printable): unregistered"
    }
}
