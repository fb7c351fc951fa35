import SwarmTesting

/// What the command line changes of what a seed stands for.
struct ScenarioChanges: Sendable, Equatable {
    var profile: SimulationProfile?
    var nodes: Int?
    var seconds: Int?
    var requestsPerSecond: Int?
    var names: Int?
    /// ``SimulationOptions/features`` that are left out.
    var without: [String] = []
    /// 0: the course of chance that the seed stands for.
    var variant: UInt64 = 0

    /// Whether seeds of all sorts run as they are.
    var isEmpty: Bool { self == ScenarioChanges() }

    func scenario(of seed: UInt64) -> (profile: SimulationProfile, nodes: Int, options: SimulationOptions) {
        let scenario = SimulationScenario(seed: seed, profile: profile, nodes: nodes)
        var options = scenario.options
        if let seconds { options.duration = .seconds(seconds) }
        if let requestsPerSecond { options.requestsPerSecond = Double(requestsPerSecond) }
        if let names { options.names = names }
        for feature in without { _ = options.remove(feature) }
        return (scenario.profile, scenario.nodes, options)
    }

    func cluster(of seed: UInt64) -> SimulatedCluster {
        let (_, nodes, options) = scenario(of: seed)
        return SimulatedCluster(seed: seed &+ variant &* 0x9e37_79b9_7f4a_7c15, nodes: nodes, options: options)
    }

    /// The command that runs a seed with these changes.
    func command(for seed: UInt64) -> String {
        var words = ["scripts/simulate --seed \(seed)"]
        if let profile { words.append("--profile \(profile.rawValue)") }
        if let nodes { words.append("--nodes \(nodes)") }
        if let seconds { words.append("--seconds \(seconds)") }
        if let requestsPerSecond { words.append("--requests-per-second \(requestsPerSecond)") }
        if let names { words.append("--names \(names)") }
        if variant != 0 { words.append("--variant \(variant)") }
        if !without.isEmpty { words.append("--without \(without.joined(separator: ","))") }
        return words.joined(separator: " ")
    }
}
