import SwarmTesting

/// What became of all seeds.
struct SimulateSummary {
    private(set) var seeds = 0
    private(set) var failures: [UInt64] = []
    var wallTime = Duration.zero
    private var steps = 0
    private var frames = 0
    private var simulated: UInt64 = 0
    private var longestRecovery: UInt64 = 0
    private var counts: [String: Int] = [:]
    private var paths: [String: Int] = [:]
    private var rules: [String: Int] = [:]

    mutating func add(_ outcome: SeedOutcome) {
        let report = outcome.report
        seeds += 1
        steps += report.steps
        frames += report.frames
        simulated += report.simulatedTime
        longestRecovery = max(longestRecovery, report.recoveryTime)
        counts.merge(report.counts, uniquingKeysWith: +)
        paths.merge(report.paths, uniquingKeysWith: +)
        for rule in outcome.rules { rules[rule, default: 0] += 1 }
        if !outcome.violations.isEmpty { failures.append(outcome.seed) }
    }

    /// The faults, requests and paths of the protocol that have not happened.
    var never: [String] {
        (SimulationReport.faults + SimulationReport.requests).filter { counts[$0, default: 0] == 0 }
            + SimulationReport.paths.filter { paths[$0, default: 0] == 0 }
    }

    /// One line of JSON.
    var line: String {
        let hours = Double(simulated) / 3_600_000_000
        let seconds = Double(wallTime.components.seconds) + Double(wallTime.components.attoseconds) * 1e-18
        let listed = Set(SimulationReport.faults + SimulationReport.requests)
        let fields = [
            "\"seeds\":\(seeds)", "\"steps\":\(steps)", "\"frames\":\(frames)",
            "\"simulated_hours\":\(Self.round(hours))",
            "\"wall_seconds\":\(Self.round(seconds))",
            "\"simulated_hours_per_wall_minute\":\(Self.round(seconds > 0 ? hours * 60 / seconds : 0))",
            "\"longest_recovery_seconds\":\(longestRecovery / 1_000_000)", "\"failures\":\(failures.count)",
            "\"failing_seeds\":\(failures)", "\"rules\":\(Self.object(rules))",
            "\"faults\":\(Self.object(all(SimulationReport.faults, counts)))",
            "\"requests\":\(Self.object(all(SimulationReport.requests, counts)))",
            "\"paths\":\(Self.object(all(SimulationReport.paths, paths).merging(paths) { $1 }))",
            "\"others\":\(Self.object(counts.filter { !listed.contains($0.key) }))",
            "\"never\":[\(never.map { "\"\($0)\"" }.joined(separator: ","))]",
        ]
        return "{" + fields.joined(separator: ",") + "}"
    }

    private func all(_ names: [String], _ counts: [String: Int]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: names.map { ($0, counts[$0, default: 0]) })
    }

    private static func round(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    private static func object(_ values: [String: Int]) -> String {
        "{" + values.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }
}
