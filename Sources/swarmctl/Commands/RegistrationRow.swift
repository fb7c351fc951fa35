import Swarm
import SwarmClient

/// Registrations as a table.
enum RegistrationRow {
    static let headings = ["name", "node", "kind", "groups", "token"]

    static func cells(_ item: JSONFields) throws -> [String] {
        let registration = try SwarmClient.Registration(item)
        return [
            registration.name, registration.node, registration.kind ?? "-",
            registration.groups.isEmpty ? "-" : registration.groups.joined(separator: " "),
            registration.token.description,
        ]
    }
}
