import SwarmTesting

/// Runs the seeds, several side by side, and takes their outcomes in the order of the seeds.
struct SimulateRunner {
    private let arguments: SimulateArguments
    private let changes: ScenarioChanges
    private let jobs: Int
    private let clock = ContinuousClock()
    private(set) var summary = SimulateSummary()

    /// So many seeds of all profiles, and everything that can happen has to have happened.
    private static let enoughForAll = 1_000

    init(_ arguments: SimulateArguments) {
        self.arguments = arguments
        changes = arguments.changes
        // Traces of several at once could not be read.
        jobs = arguments.traces ? 1 : arguments.jobs ?? Processors.count
    }

    /// True if all is well.
    mutating func run() async -> Bool {
        let first = arguments.firstSeed ?? UInt64.random(in: 1...(1 << 40))
        if arguments.firstSeed == nil { print("begins at seed \(first)") }
        let start = clock.now
        await runAll(from: first, until: arguments.minutes.map { start + .seconds($0 * 60) })
        summary.wallTime = start.duration(to: clock.now)
        let never = summary.never
        guard changes.isEmpty, summary.seeds >= Self.enoughForAll, !never.isEmpty else {
            return summary.failures.isEmpty
        }
        print("never happened in \(summary.seeds) seeds, and so was not tested: \(never.joined(separator: ", "))")
        return false
    }

    private mutating func runAll(from first: UInt64, until end: ContinuousClock.Instant?) async {
        var next: UInt64? = first
        func take() -> UInt64? {
            guard let seed = next, end.map({ clock.now < $0 }) ?? true else { return nil }
            next = seed == arguments.lastSeed ? nil : seed &+ 1
            return seed
        }
        await withTaskGroup(of: SeedOutcome.self) { group in
            let (changes, twice, traces) = (changes, arguments.twice, arguments.traces)
            func add(_ seed: UInt64) {
                group.addTask { SeedOutcome(seed, changes, twice: twice, trace: traces ? { print($0) } : nil) }
            }
            for _ in 0..<jobs { take().map(add) }
            var early: [UInt64: SeedOutcome] = [:]
            var due = first
            while let outcome = await group.next() {
                early[outcome.seed] = outcome
                while summary.failures.count < arguments.stopAfter, let outcome = early.removeValue(forKey: due) {
                    due &+= 1
                    heed(outcome)
                }
                if summary.failures.count < arguments.stopAfter { take().map(add) }
            }
        }
    }

    private mutating func heed(_ outcome: SeedOutcome) {
        summary.add(outcome)
        guard !outcome.violations.isEmpty else { return }
        print("seed \(outcome.seed) (\(outcome.profile.rawValue), \(outcome.nodes) nodes) failed:")
        for violation in outcome.violations { print("  \(violation)") }
        print("  replay: \(changes.command(for: outcome.seed)) --trace")
        flushOutput()
    }
}
