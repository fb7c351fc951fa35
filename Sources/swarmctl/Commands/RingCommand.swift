import ArgumentParser
import Swarm
import SwarmClient

struct RingCommand: ItemsCommand {
    static let configuration = CommandConfiguration(
        commandName: "ring", abstract: "Show which part of all names each node owns.")
    static let headings = ["node", "weight", "share"]
    static let alignedRight: Set = [1, 2]

    @OptionGroup var common: CommonOptions

    var request: ClientRequest { .ring() }

    func row(_ item: JSONFields) throws -> [String] {
        let share = try SwarmClient.Share(item)
        return [share.node, String(share.weight), Percentage.text(share.share)]
    }
}

enum Percentage {
    /// With one decimal place.
    static func text(_ share: Double) -> String {
        let tenths = Int((min(max(share, 0), 1) * 1_000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
