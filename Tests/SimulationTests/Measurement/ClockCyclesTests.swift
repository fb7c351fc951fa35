import SwarmTesting
import Testing

@Suite("Clocks of nodes that come and go")
struct ClockCyclesTests {
    @Test("stamps and clock ids stay small, and no name is lost, while nodes leave, crash and join")
    func cycles() {
        var cycles = ClockCycles(seed: 1, nodes: 6, names: 12)
        let report = cycles.run(40)
        #expect(report.failure == nil)
        #expect(report.cycles == 40)
        #expect(report.forks >= 80)
        // Nothing would be measured if they did not grow at all.
        #expect(report.largestStamp > 4)
        #expect(report.largestStamp < 128)
        #expect(report.longestWait < 20_000_000, "\(report.longestWaitFor)")
    }

    @Test("equal seeds give equal runs")
    func cyclesRepeat() {
        var reports: [ClockCycles.Report] = []
        for _ in 0..<2 {
            var cycles = ClockCycles(seed: 7, nodes: 4, names: 6)
            reports.append(cycles.run(4))
        }
        #expect(reports[0].time == reports[1].time)
        #expect(reports[0].largestStamp == reports[1].largestStamp)
        #expect(reports[0].largestID == reports[1].largestID)
    }
}
