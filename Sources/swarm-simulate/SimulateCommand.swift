import SwarmTesting

/// Runs seeds of the simulator: `swarm-simulate --seeds 1..1000`.
@main
struct SimulateCommand {
    static func main() async {
        do {
            let arguments = try SimulateArguments(CommandLine.arguments.dropFirst())
            if arguments.wantsHelp { return print(SimulateArguments.usage) }
            if !(await run(arguments)) { exitProcess(1) }
        } catch {
            print("\(error)\n\(SimulateArguments.usage)")
            exitProcess(64)
        }
    }

    /// True if all is well.
    private static func run(_ arguments: SimulateArguments) async -> Bool {
        if arguments.minimises, let seed = arguments.firstSeed {
            var minimiser = SeedMinimiser(seed, arguments.changes)
            return minimiser.run()
        }
        var runner = SimulateRunner(arguments)
        let isClean = await runner.run()
        print(runner.summary.line)
        return isClean
    }
}
