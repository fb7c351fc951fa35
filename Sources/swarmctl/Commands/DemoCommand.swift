import ArgumentParser
import Logging

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show three nodes in one process: a thousand workers, a group, a crash, a drain and a join.",
        discussion: "Needs no broker. Every claim is checked; exit status 1 if one does not hold.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let report = DemoReport(console: .standard, format: output.format)
        let demo = Demo(report: report, logger: output.logger(default: .critical))
        let isGood = await demo.run()
        try (isGood ? CommandStatus.done : .negative).exit()
    }
}
