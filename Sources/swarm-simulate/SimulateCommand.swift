import SwarmTesting

/// Runs seeds of the simulator: `swarm-simulate --seeds 1..1000`.
@main
struct SimulateCommand {
    static func main() {
        do {
            let arguments = try SimulateArguments(CommandLine.arguments.dropFirst())
            if arguments.wantsHelp { return print(SimulateArguments.usage) }
            var runner = SimulateRunner(arguments)
            let isClean = runner.run()
            print(runner.summary)
            if !isClean { exitProcess(1) }
        } catch {
            print("\(error)\n\(SimulateArguments.usage)")
            exitProcess(64)
        }
    }
}
