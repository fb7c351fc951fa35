import ArgumentParser

@main
struct App: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swarmctl",
        abstract: "Runs nodes of a Swarm cluster, and asks the cluster.",
        discussion: """
            Exit status: 0 done, 1 a negative answer, 3 broker or cluster not reached in time, 64 usage.
            """,
        subcommands: [
            NodeCommand.self, RegisterCommand.self, UnregisterCommand.self, LookupCommand.self, ListCommand.self,
            JoinCommand.self, LeaveCommand.self, MembersCommand.self, CallCommand.self, SendCommand.self,
            PublishCommand.self, MultiCallCommand.self, NodesCommand.self, RingCommand.self, InspectCommand.self,
            DrainCommand.self, DemoCommand.self,
        ]
    )

    static func main() async {
        await main(CommonOptions.behindCommand(Array(CommandLine.arguments.dropFirst())))
    }
}
