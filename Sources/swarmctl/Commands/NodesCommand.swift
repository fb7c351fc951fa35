import ArgumentParser
import Swarm
import SwarmClient

struct NodesCommand: ItemsCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "List the nodes of the cluster with their state.")
    static let headings = ["node", "state", "names", "weight", "kinds", "roles"]
    static let alignedRight: Set = [2, 3]

    @OptionGroup var common: CommonOptions

    var request: ClientRequest { ClientRequest(.nodes) }

    func row(_ item: JSONFields) throws -> [String] {
        let member = try SwarmClient.Member(item)
        return [
            member.node, member.isClient ? "\(member.state), client" : member.state, String(member.names),
            String(member.weight), member.kinds.isEmpty ? "-" : member.kinds.joined(separator: " "),
            member.roles.isEmpty ? "-" : member.roles.joined(separator: " "),
        ]
    }
}
