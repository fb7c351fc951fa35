import SwarmTesting
import Testing

@Suite("Simulated cluster")
struct SimulatedClusterTests {
    /// A smoke test: `scripts/test` runs some thousand in a release build.
    @Test("seeds of every profile keep all promises", arguments: SimulationProfile.allCases)
    func seedsKeepPromises(profile: SimulationProfile) {
        for seed: UInt64 in 1...4 {
            let scenario = SimulationScenario(seed: seed, profile: profile)
            let report = SimulatedCluster(seed: seed, nodes: scenario.nodes, options: scenario.options).run()
            let command = "scripts/simulate --seed \(seed) --profile \(profile.rawValue) --trace"
            #expect(report.violations.isEmpty, "\(command)\n\(report.violations)")
        }
    }

    @Test("equal seeds give equal traces, others do not")
    func tracesRepeat() {
        var traces: [[String]] = []
        for seed: UInt64 in [7, 7, 8] {
            let scenario = SimulationScenario(seed: 7, profile: .chaos)
            let cluster = SimulatedCluster(seed: seed, nodes: scenario.nodes, options: scenario.options)
            var lines: [String] = []
            cluster.traceSteps { lines.append($0) }
            let report = cluster.run()
            #expect(report.steps > 1_000)
            traces.append(lines)
        }
        #expect(traces[0] == traces[1])
        #expect(traces[0] != traces[2])
    }

    @Test("a good day: every request is served, and names run where they belong")
    func goodDay() {
        var options = SimulationOptions()
        options.duration = .seconds(20)
        options.workload.unregister = 0
        let report = SimulatedCluster(seed: 1, nodes: 3, options: options).run()
        #expect(report.violations.isEmpty, "\(report.violations)")
        #expect(report.counts["register", default: 0] > 20)
        #expect(report.counts["answered", default: 0] > 50)
        #expect(report.recoveryTime <= 10_000_000)
    }

    private static let ambushes: [SimulatedFault] = [.crashInHandoff, .crashInSnapshot, .stallInHandoff]

    /// What waits for its moment waits until there is one.
    @Test("faults in the middle of handoffs and snapshots do happen", arguments: ambushes)
    func ambushesHappen(fault: SimulatedFault) {
        var options = SimulationOptions()
        options.duration = .seconds(60)
        options.faults = [fault: 10, .crash: 2, .join: 4, .drain: 2]
        var count = 0
        for seed: UInt64 in 1...20 where count == 0 {
            let report = SimulatedCluster(seed: seed, nodes: 4, options: options).run()
            #expect(report.violations.isEmpty, "seed \(seed): \(report.violations)")
            count += report.counts[fault.rawValue, default: 0]
        }
        #expect(count > 0)
    }

    @Test("faults do happen", arguments: SimulatedFault.allCases.filter { !ambushes.contains($0) })
    func faultsHappen(fault: SimulatedFault) {
        var options = SimulationOptions()
        options.duration = .seconds(40)
        options.brokers = 2
        options.startSpread = .seconds(20)
        options.faults = [fault: 6]
        let report = SimulatedCluster(seed: 3, nodes: 3, options: options).run()
        #expect(report.counts[fault.rawValue, default: 0] > 0)
        #expect(report.violations.isEmpty, "\(report.violations)")
    }

    @Test("each feature of the options can be left out, and then is not there")
    func features() {
        for seed: UInt64 in 1...200 {
            let options = SimulationScenario(seed: seed).options
            for feature in options.features {
                var less = options
                let isKnown = less.remove(feature)
                #expect(isKnown)
                #expect(less.features == options.features.filter { $0 != feature })
            }
        }
        var options = SimulationOptions()
        let isKnown = options.remove("weather")
        #expect(!isKnown)
    }

    @Test("what must happen in many seeds has names of its own")
    func names() {
        let names = SimulationReport.faults + SimulationReport.requests
        #expect(Set(names).count == names.count)
        #expect(SimulationReport.paths.count > 20)
    }
}
