/// What a seed stands for: how many nodes, and which faults.
public struct SimulationScenario: Sendable {
    /// The family of faults.
    public let profile: SimulationProfile
    /// How many nodes there are at the start.
    public let nodes: Int
    /// What happens to them.
    public let options: SimulationOptions

    /// - Parameters:
    ///   - seed: Everything follows from it.
    ///   - profile: nil: drawn from the seed.
    ///   - nodes: nil: 3 to 5 (3 or 5 with a quorum), drawn from the seed.
    public init(seed: UInt64, profile: SimulationProfile? = nil, nodes: Int? = nil) {
        var random = SeededRandom(seed: seed ^ 0x7363_656e_6172_696f)
        let drawn = random.pick(SimulationProfile.allCases)
        let profile = profile ?? drawn
        let size = profile == .quorum ? random.pick([3, 5]) : random.pick([3, 3, 3, 4, 5])
        self.profile = profile
        self.nodes = nodes ?? size
        options = SimulationOptions(profile: profile, seed: seed, nodes: self.nodes)
    }
}
