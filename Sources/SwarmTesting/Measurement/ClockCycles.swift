import SwarmCore

/// Nodes join, leave and crash, over and over: do the clocks stay small?
package struct ClockCycles {
    /// How the clocks have grown.
    package struct Report: Sendable {
        /// One cycle is a leave, a crash and two joins.
        package var cycles = 0
        /// The largest stamp ever seen on a visible name, in bytes.
        package var largestStamp = 0
        /// The largest clock id ever seen, in bits.
        package var largestID = 0
        /// How often a node went over to another universe.
        package var universeChanges = 0
        package var forks = 0
        package var last = MeasuredCluster.ClockSizes()
        /// Virtual microseconds.
        package var time: UInt64 = 0
        /// The longest time that the cluster took to settle, in virtual microseconds, and what it waited for.
        package var longestWait: UInt64 = 0
        package var longestWaitFor = ""
        /// Why it ended early.
        package var failure: String?
    }

    /// After so many cycles the cluster has a quarter of a minute of rest.
    package static let restEvery = 10
    private let cluster: MeasuredCluster
    private var random: SeededRandom
    private var report = Report()
    private var started = 0

    /// - Parameters:
    ///   - nodes: How many there are, but for the moment between a loss and a join.
    ///   - names: How many names; they live through all cycles.
    package init(seed: UInt64, nodes: Int, names: Int) {
        random = SeededRandom(seed: seed ^ 0x6379_636c_6573)
        cluster = MeasuredCluster(seed: seed, names: names, configure: Self.configure)
        for index in 0..<nodes { cluster.start("n\(index)", after: UInt64(index) * 50_000) }
        if cluster.settle(within: 120_000_000) {
            cluster.register(over: 2_000_000)
            cluster.advance(2_000_000)
        }
        wait()
    }

    private static func configure(_ configuration: inout TrackerConfiguration) {
        // What is remembered of the dead does not touch the clocks, and a day of it makes the run slow.
        configuration.burialTime = 60 * 1_000_000
    }

    /// Runs so many cycles, and tells after each.
    package mutating func run(_ cycles: Int, each: (Report) -> Void = { _ in }) -> Report {
        cluster.reset()
        for _ in 0..<cycles where report.failure == nil {
            cycle()
            report.cycles += 1
            each(report)
        }
        return report
    }

    private mutating func cycle() {
        guard let leaver = cluster.someNode() else { return fail("no node is ready") }
        cluster.drain(leaver)
        wait()
        cluster.start(leaver.node.name)
        wait()
        guard let victim = cluster.someNode() else { return fail("no node is ready") }
        cluster.crash(victim)
        wait()
        cluster.start(victim.node.name)
        wait()
        // A fresh universe is opened when the members have been the same for ten beats.
        if report.cycles.isMultiple(of: Self.restEvery) { cluster.advance(15_000_000) }
    }

    private mutating func wait() {
        guard report.failure == nil else { return }
        let start = cluster.now
        let isSettled = cluster.settle(within: 120_000_000)
        if cluster.now - start > report.longestWait {
            report.longestWait = cluster.now - start
            report.longestWaitFor = cluster.lastObstacle ?? ""
        }
        if !isSettled {
            fail("not settled within 120 s after cycle \(report.cycles): \(cluster.obstacle ?? "-")")
        }
        if cluster.visibleNames != cluster.names, started > 0 {
            fail("\(cluster.visibleNames) of \(cluster.names) names are there after cycle \(report.cycles)")
        }
        if let halt = cluster.halts.first { fail("a node stopped: \(halt)") }
        started += 1
        let sizes = cluster.clockSizes
        report.last = sizes
        report.largestStamp = max(report.largestStamp, sizes.largestStamp)
        report.largestID = max(report.largestID, sizes.largestID)
        report.universeChanges = cluster.paths["universe_changes", default: 0]
        report.forks = cluster.paths["forks_given", default: 0]
        report.time = cluster.now
    }

    private mutating func fail(_ text: String) {
        if report.failure == nil { report.failure = text }
    }
}
