import SwarmTesting

/// Runs the cycles and says how large the clocks have become.
struct ClockBound {
    /// The bound of design section 9, in bytes.
    static let stampLimit = 128

    let arguments: ScaleArguments

    init(_ arguments: ScaleArguments) { self.arguments = arguments }

    func run() -> Bool {
        say("\(arguments.nodes) nodes, \(arguments.names) names; stamps in bytes, clock ids in bits")
        say(" cycles   stamp now avg/max   ever   id now avg/max   ever   universe changes   simulated hours")
        var cycles = ClockCycles(seed: arguments.seed, nodes: arguments.nodes, names: arguments.names)
        let every = max(arguments.cycles / 20, 1)
        let report = cycles.run(arguments.cycles) { report in
            if report.cycles == 1 || report.cycles % every == 0 { say(Self.row(report)) }
        }
        say("longest wait: \(Self.tenths(Double(report.longestWait) / 1_000_000)) s, for: \(report.longestWaitFor)")
        if let failure = report.failure { say("failed: \(failure)") }
        say(
            "{\"nodes\":\(arguments.nodes),\"cycles\":\(report.cycles),\"largest_stamp_bytes\":\(report.largestStamp),"
                + "\"largest_id_bits\":\(report.largestID),\"universe_changes\":\(report.universeChanges),"
                + "\"failed\":\(report.failure != nil || report.largestStamp >= Self.stampLimit)}")
        return report.failure == nil && report.largestStamp < Self.stampLimit
    }

    private static func row(_ report: ClockCycles.Report) -> String {
        let sizes = report.last
        let columns = [
            pad(report.cycles, 7), pad(tenths(sizes.averageStamp) + " / \(sizes.largestStamp)", 17),
            pad(report.largestStamp, 6), pad(tenths(sizes.averageID) + " / \(sizes.largestID)", 15),
            pad(report.largestID, 6), pad(report.universeChanges, 18),
            pad(tenths(Double(report.time) / 3_600_000_000), 16),
        ]
        return columns.joined(separator: " ")
    }

    static func tenths(_ value: Double) -> String {
        let scaled = Int((value * 10).rounded())
        return "\(scaled / 10).\(scaled % 10)"
    }

    static func pad(_ value: some CustomStringConvertible, _ width: Int) -> String {
        let text = value.description
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
