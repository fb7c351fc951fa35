import ArgumentParser
import Swarm
import SwarmClient

struct LookupCommand: NameCommand {
    static let configuration = CommandConfiguration(
        commandName: "lookup", abstract: "Show where a name runs.")

    @Argument(help: "The name, or - to read one name a line from standard input.")
    var name: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try Usage.check(name: name) }

    func request(for name: String) -> ClientRequest { ClientRequest(.lookup, name: name) }

    func text(_ answer: JSONFields, name: String, amongMany: Bool) throws -> String {
        let registration = try SwarmClient.Registration(answer)
        var parts = ["on \(registration.node)"]
        if let kind = registration.kind { parts.append("kind \(kind)") }
        if !registration.groups.isEmpty { parts.append("groups \(registration.groups.joined(separator: " "))") }
        parts.append("token \(registration.token)")
        if registration.isMoving { parts.append("moving") }
        return "\(name): \(parts.joined(separator: ", "))".printable
    }
}
