import SwarmTesting

/// What became of a seed.
struct SeedOutcome: Sendable {
    let seed: UInt64
    let profile: SimulationProfile
    let nodes: Int
    let report: SimulationReport
    let violations: [String]

    /// Runs it. `trace` is given every step.
    init(_ seed: UInt64, _ changes: ScenarioChanges, twice: Bool = false, trace: ((String) -> Void)? = nil) {
        let scenario = changes.scenario(of: seed)
        self.seed = seed
        profile = scenario.profile
        nodes = scenario.nodes
        let cluster = changes.cluster(of: seed)
        if let trace {
            trace("seed \(seed): \(profile.rawValue), \(nodes) nodes, \(scenario.options)")
            cluster.traceSteps(trace)
        }
        report = cluster.run()
        var violations = report.violations
        if twice {
            let again = changes.cluster(of: seed).run()
            if again.digest != report.digest || again.steps != report.steps {
                violations.append("notRepeatable: two runs of the seed differ")
            }
        }
        self.violations = violations
    }

    /// The rules that were broken.
    var rules: [String] { violations.map { String($0.prefix { $0 != " " && $0 != ":" }) } }
}
