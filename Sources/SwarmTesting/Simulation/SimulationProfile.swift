/// Families of faults that seeds are drawn from.
public enum SimulationProfile: String, CaseIterable, Sendable {
    /// Planned changes only (nodes join, drain, restart one by one) on a network that delays and loses frames. No verdict can
    /// be false here, so nothing may be lost or doubled.
    case calm
    /// Processes die and come back.
    case crashes
    /// Connections break, brokers restart, nodes stall: most of it shorter than the down time.
    case hiccups
    /// Cuts and splits longer than the down time: both sides go on.
    case splits
    /// All of it.
    case chaos
    /// All of it with a static quorum, where nothing may ever be doubled.
    case quorum
}

extension SimulationOptions {
    /// The options that a seed stands for: another mixture for each, of at least 60 s and 200 requests.
    public init(profile: SimulationProfile, seed: UInt64, nodes: Int) {
        self.init()
        var random = SeededRandom(seed: seed ^ 0x6f70_7469_6f6e_73)
        duration = .seconds(random.integer(in: 60...100))
        names = random.chance(0.3) ? random.integer(in: 1...4) : random.integer(in: 5...40)
        requestsPerSecond = Double(random.integer(in: 4...30))
        startSpread = random.chance(0.5) ? .milliseconds(1) : .milliseconds(random.integer(in: 10...20_000))
        slowMessages = random.chance(0.3) ? 0.02 : 0
        startFailures = random.chance(0.2) ? 0.05 : 0
        workerFailures = random.chance(0.3) ? 0.02 : 0
        mixedKinds = random.chance(0.6)
        brokers = random.chance(0.5) ? 1 : random.integer(in: 2...3)
        clockSkew = random.chance(0.2) ? .seconds(random.integer(in: 1...3_600)) : .milliseconds(50)
        strategy = random.chance(0.3) ? .ring : .rendezvous
        link.latency = random.chance(0.3) ? 1_000...20_000 : 100...1_000
        if random.chance(0.5) { link.loss = random.pick([0.001, 0.01, 0.03]) }
        if random.chance(0.5) { link.spikes = random.pick([0.001, 0.01, 0.05]) }
        link.spike = random.pick([50_000, 200_000, 800_000])
        if random.chance(0.4) { link.duplication = 0.5 }
        link.offlineFrames = random.pick([0, 16, 1_000])
        if random.chance(0.2) { link.queueLimit = random.integer(in: 20...200) }
        if random.chance(0.2) { workload.unregister = 0 }
        choose(profile, &random, nodes: nodes)
        // Drawn apart: what else a seed stands for does not depend on it.
        var other = SeededRandom(seed: seed ^ 0x7461_696c)
        if other.chance(0.3) { logTail = other.pick([32, 64, 128]) }
        if other.chance(0.3) { requestsInMoves = other.pick([0.2, 0.8]) }
        if other.chance(0.25) { clients = other.integer(in: 1...2) }
        if other.chance(0.25) { outsideMessages = 30 }
    }

    private mutating func choose(_ profile: SimulationProfile, _ random: inout SeededRandom, nodes: Int) {
        let planned: [SimulatedFault] = [.drain, .join, .rollingRestart]
        let deaths: [SimulatedFault] = [.crash, .powerLoss, .longCrash, .crashInHandoff, .crashInSnapshot]
        let hiccups: [SimulatedFault] = [
            .connectionLoss, .cut, .stall, .brokerRestart, .brokerLoss, .blocked, .deafQueue, .clockStep, .laneDelay,
        ]
        let splits: [SimulatedFault] = [.longCut, .split, .longStall, .stallInHandoff, .exclusion]
        let candidates: [SimulatedFault] =
            switch profile {
            case .calm: planned
            case .crashes: deaths + planned
            case .hiccups: hiccups + planned
            case .splits: splits + planned
            case .chaos: SimulatedFault.allCases
            // A quorum protects those who agree on who may be a member.
            case .quorum: SimulatedFault.allCases.filter { $0 != .exclusion }
            }
        for fault in candidates where random.chance(profile == .chaos || profile == .quorum ? 0.4 : 0.6) {
            faults[fault] = random.pick([0.5, 1, 2, 4])
        }
        if profile == .calm {
            link.queueLimit = 10_000
            // Heartbeats must get through: a death verdict would be a false one.
            link.loss = min(link.loss, 0.01)
        }
        // At most 2K-1 members, those that join counted.
        if profile == .quorum { strategy = .quorum((nodes + (faults[.join] == nil ? 0 : 2)) / 2 + 1) }
    }
}
