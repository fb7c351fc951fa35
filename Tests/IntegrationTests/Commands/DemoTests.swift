import Logging
import Swarm
import Testing

@testable import swarmctl

@Suite struct DemoTests {
    @Test(.timeLimit(.minutes(3))) func everyClaimOfTheDemonstrationHolds() async throws {
        let console = CapturedConsole()
        let report = DemoReport(console: console.console, format: .json)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let isGood = await Demo(report: report, logger: quiet).run()
        #expect(isGood, "\(console.text)")
        let lines = try console.lines.map { try JSONFields(Array($0.utf8)) }
        #expect(
            try lines.compactMap { try $0.string("step") } == [
                "nodes", "register", "publish", "crash", "drain", "join",
            ])
        let summary = try #require(lines.last)
        #expect(try summary.number("failed") == 0)
        #expect(try summary.number("passed") == 13)
    }

    @Test func aClaimThatDoesNotHoldIsTold() {
        let console = CapturedConsole()
        let report = DemoReport(console: console.console, format: .text)
        report.step("one", "First")
        report.check("this holds", true)
        report.check("this does not", false)
        #expect(!report.finish())
        #expect(console.text.contains("✓ this holds"))
        #expect(console.text.contains("✗ this does not"))
        #expect(console.text.contains("1 of 2 checks passed"))
    }
}
