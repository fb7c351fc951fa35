import SwarmTesting

/// Runs the seeds one after the other and keeps count.
struct SimulateRunner {
    private let arguments: SimulateArguments
    private var seeds = 0
    private var steps = 0
    private var frames = 0
    private var simulated: UInt64 = 0
    private var longestRecovery: UInt64 = 0
    private var failures: [UInt64] = []
    private var counts: [String: Int] = [:]
    private var paths: [String: Int] = [:]
    private var rules: [String: Int] = [:]

    init(_ arguments: SimulateArguments) { self.arguments = arguments }

    /// True if no seed failed.
    mutating func run() -> Bool {
        let clock = ContinuousClock()
        let end = arguments.minutes.map { clock.now + .seconds($0 * 60) }
        for seed in arguments.seeds {
            if let end, clock.now >= end { break }
            if failures.count >= arguments.stopAfter { break }
            run(seed)
        }
        return failures.isEmpty
    }

    private mutating func run(_ seed: UInt64) {
        let scenario = SimulationScenario(seed: seed, profile: arguments.profile, nodes: arguments.nodes)
        let cluster = SimulatedCluster(seed: seed, nodes: scenario.nodes, options: scenario.options)
        if arguments.traces {
            print("seed \(seed): \(scenario.profile.rawValue), \(scenario.nodes) nodes, \(scenario.options)")
            cluster.traceSteps { print($0) }
        }
        let report = cluster.run()
        seeds += 1
        steps += report.steps
        frames += report.frames
        simulated += report.simulatedTime
        longestRecovery = max(longestRecovery, report.recoveryTime)
        counts.merge(report.counts, uniquingKeysWith: +)
        paths.merge(report.paths, uniquingKeysWith: +)
        var violations = report.violations
        if arguments.twice {
            let again = SimulatedCluster(seed: seed, nodes: scenario.nodes, options: scenario.options).run()
            if again.digest != report.digest || again.steps != report.steps {
                violations.append("notRepeatable: two runs of the seed differ")
            }
        }
        guard !violations.isEmpty else { return }
        failures.append(seed)
        print("seed \(seed) (\(scenario.profile.rawValue), \(scenario.nodes) nodes) failed:")
        for violation in violations {
            print("  \(violation)")
            rules[String(violation.prefix { $0 != " " && $0 != ":" }), default: 0] += 1
        }
        var command = "scripts/simulate --seed \(seed) --trace"
        if let profile = arguments.profile { command += " --profile \(profile.rawValue)" }
        if let nodes = arguments.nodes { command += " --nodes \(nodes)" }
        print("  replay: \(command)")
    }

    /// One line of JSON.
    var summary: String {
        let hours = Double(simulated / 36_000_000) / 100
        let fields = [
            "\"seeds\":\(seeds)", "\"steps\":\(steps)", "\"frames\":\(frames)", "\"simulated_hours\":\(hours)",
            "\"longest_recovery_seconds\":\(longestRecovery / 1_000_000)", "\"failures\":\(failures.count)",
            "\"failing_seeds\":\(failures)", "\"rules\":\(Self.object(rules))", "\"counts\":\(Self.object(counts))",
            "\"paths\":\(Self.object(paths))",
        ]
        return "{" + fields.joined(separator: ",") + "}"
    }

    private static func object(_ values: [String: Int]) -> String {
        "{" + values.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }
}
