import Swarm
import SwarmTesting
import Testing

@Suite("Workers of an application under the simulator's faults")
struct WorkerSimulationTests {
    // doc begin
    @Test("counters keep what they were told", arguments: 1...10 as ClosedRange<UInt64>)
    func countersKeepTheirState(seed: UInt64) async {
        let report = await WorkerSimulation(Counter.self, seed: seed).run(
            sending: { random in .add(amount: .random(in: 1...9, using: &random)) },
            asking: .get,
            expecting: { $0.reply == $0.messages.reduce(0) { $0 + $1.amount } })
        #expect(report.isWell, "\(report)")
    }
    // doc end

    @Test("a worker that forgets its state in beginHandoff is found, by most seeds")
    func forgetfulCountersAreFound() async {
        var found = 0
        for seed: UInt64 in 1...6 {
            let report = await WorkerSimulation(ForgetfulCounter.self, seed: seed).run(
                sending: { random in .add(amount: .random(in: 1...9, using: &random)) },
                asking: .get,
                expecting: { $0.reply == $0.messages.reduce(0) { $0 + $1.amount } })
            if !report.isWell { found += 1 }
            #expect(report.violations.allSatisfy { $0.hasPrefix("expectation") }, "\(report)")
        }
        // Where no worker with a state happens to be moved there is nothing to be forgotten.
        #expect(found >= 3)
    }

    @Test("a worker without beginHandoff is found")
    func thoughtlessCountersAreFound() async {
        var violations: [String] = []
        for seed: UInt64 in 1...6 {
            violations += await WorkerSimulation(ThoughtlessCounter.self, seed: seed).run(
                sending: { _ in .add(amount: 1) }, asking: .get, expecting: { $0.reply == $0.messages.count }
            ).violations
        }
        #expect(violations.contains { $0.hasPrefix("expectation") }, "\(violations)")
    }

    @Test("after a split the losing worker's messages are told, and its state arrives")
    func mergedStatesArrive() async {
        var merges = 0
        for seed: UInt64 in 1...8 {
            var simulation = WorkerSimulation(Counter.self, seed: seed)
            simulation.options.faults = [.split: 2, .longCut: 1]
            simulation.options.workload.unregister = 0
            let report = await simulation.run(
                sending: { _ in .add(amount: 1) }, asking: .get,
                expecting: { $0.reply == $0.messages.count + $0.merged.reduce(0) { $0 + $1.count } })
            merges += report.outcomes.reduce(0) { $0 + $1.merged.count }
            #expect(report.isWell, "\(report)")
        }
        #expect(merges > 0)
    }

    @Test("the same seed gives the same run, another one does not; workers may suspend")
    func runsRepeat() async {
        var traces: [[String]] = []
        var replies: [[String]] = []
        for seed: UInt64 in [3, 3, 4] {
            var simulation = WorkerSimulation(Account.self, arguments: .init(balance: 100), seed: seed)
            simulation.keepsTrace = true
            let report = await simulation.run(
                sending: { random in .random(in: 1...5, using: &random) }, asking: 0,
                expecting: { $0.reply == "\($0.name) \(100 + $0.messages.reduce(0, +))" })
            #expect(report.isWell, "\(report)")
            #expect(!report.outcomes.isEmpty)
            #expect(report.counts["drain", default: 0] + report.counts["crash", default: 0] > 0)
            traces.append(report.trace)
            replies.append(report.outcomes.map(\.reply))
        }
        #expect(traces[0] == traces[1])
        #expect(replies[0] == replies[1])
        #expect(traces[0] != traces[2])
    }

    @Test("workers that throw start afresh, and the rest is kept")
    func failingWorkersStartAfresh() async {
        let report = await WorkerSimulation(Account.self, arguments: .init(balance: 7), seed: 5).run(
            sending: { random in .random(in: 8...14, using: &random) }, asking: 0,
            expecting: { $0.reply == "\($0.name) \(7 + $0.messages.reduce(0, +))" && !$0.messages.contains(13) })
        #expect(report.isWell, "\(report)")
        #expect(report.counts["workerFailure", default: 0] > 0)
    }
}
