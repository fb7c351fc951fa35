import SwarmCore
import SwarmTesting
import SwarmWire

/// What nodes say at rest, for a join and for a crash, in clusters of several sizes.
struct ScaleTable {
    /// One phase of a run.
    struct Phase {
        let name: String
        let nodes: Int
        /// Virtual seconds.
        let seconds: Double
        let traffic: Traffic
        let isSettled: Bool

        /// Per node and second.
        func rate(_ value: Int) -> Double { Double(value) / Double(nodes) / seconds }
    }

    let arguments: ScaleArguments

    init(_ arguments: ScaleArguments) { self.arguments = arguments }

    func run() -> Bool {
        var rows: [(nodes: Int, names: Int, phases: [Phase])] = []
        for (nodes, names) in arguments.sizes {
            let phases = measure(nodes: nodes, names: names)
            rows.append((nodes, names, phases))
            Self.report(nodes, names, phases)
        }
        say("\nper node and second, real bytes of the wire format, frames without AMQP's own")
        say("| nodes x names each | phase | until settled | frames out | frames in | bytes out | bytes in |")
        say("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
        for row in rows { for phase in row.phases { say(Self.row(row.nodes, row.names, phase)) } }
        let failed = rows.flatMap(\.phases).filter { !$0.isSettled }.count
        say("{\"sizes\":\(rows.count),\"not_settled\":\(failed)}")
        return failed == 0
    }

    private func measure(nodes: Int, names: Int) -> [Phase] {
        let clock = ContinuousClock()
        let begin = clock.now
        let cluster = MeasuredCluster(seed: arguments.seed, names: nodes * names, frameSize: Self.size)
        var phases: [Phase] = []
        func phase(_ name: String, _ body: () -> Bool) {
            cluster.reset()
            let start = cluster.now
            let isSettled = body()
            let seconds = Double(cluster.now - start) / 1_000_000
            phases.append(
                Phase(
                    name: name, nodes: cluster.live.count, seconds: seconds, traffic: cluster.traffic,
                    isSettled: isSettled))
            say(
                "   \(nodes) x \(names): \(name) took \(ClockBound.tenths(seconds)) s, "
                    + "\(clock.now - begin) since the start; " + Self.text(cluster.clockSizes)
                    + (cluster.halts.isEmpty ? "" : "; stopped: \(cluster.halts)")
                    + (isSettled ? "" : "; NOT SETTLED: \(cluster.obstacle ?? "-")"))
        }
        phase("start") {
            cluster.start(Self.name(0))
            _ = cluster.settle(within: 60_000_000)
            for index in 1..<nodes { cluster.start(Self.name(index), after: UInt64(index) * 100_000) }
            cluster.advance(UInt64(nodes) * 100_000)
            return cluster.settle(within: 600_000_000)
        }
        phase("register") {
            cluster.register(over: UInt64(nodes * names) * 1_000)
            cluster.advance(UInt64(nodes * names) * 1_000)
            return cluster.settle(within: 120_000_000) && cluster.visibleNames == nodes * names
        }
        cluster.advance(15_000_000)
        phase("rest") {
            cluster.advance(30_000_000)
            return cluster.obstacle == nil
        }
        phase("join") {
            cluster.start(Self.name(nodes))
            return cluster.settle(within: 300_000_000)
        }
        cluster.advance(15_000_000)
        phase("crash") {
            if let victim = cluster.someNode() { cluster.crash(victim) }
            return cluster.settle(within: 300_000_000)
        }
        return phases
    }

    private static func name(_ index: Int) -> String {
        // Spread over the order of names, as host names are.
        var hash = UInt64(index) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 29
        return "n\(String(hash % 46_656, radix: 36))-\(index)"
    }

    private static func size(_ sender: Sender, _ messages: [Message]) -> Int {
        (try? WireCodec.encode(Frame(sender: sender, messages: messages)).count) ?? 0
    }

    // MARK: Text

    private static func text(_ sizes: MeasuredCluster.ClockSizes) -> String {
        "stamps \(ClockBound.tenths(sizes.averageStamp)) bytes, at most \(sizes.largestStamp), "
            + "clock ids \(ClockBound.tenths(sizes.averageID)) bits, at most \(sizes.largestID), "
            + "\(sizes.universes.count) universes"
    }

    private static func report(_ nodes: Int, _ names: Int, _ phases: [Phase]) {
        for phase in phases {
            say("\(nodes) x \(names), \(phase.name): all nodes together")
            let kinds = phase.traffic.kinds.sorted {
                ($1.value.bytesReceived, $0.key) < ($0.value.bytesReceived, $1.key)
            }
            for (kind, count) in kinds {
                say(
                    "  \(kind): \(count.framesSent) frames of \(count.bytesSent) bytes sent, "
                        + "\(count.framesReceived) of \(count.bytesReceived) received")
            }
        }
    }

    private static func row(_ nodes: Int, _ names: Int, _ phase: Phase) -> String {
        let total = phase.traffic.total
        let columns = [
            "\(nodes) x \(names)", phase.name, phase.name == "rest" ? "" : ClockBound.tenths(phase.seconds) + " s",
            ClockBound.tenths(phase.rate(total.framesSent)), ClockBound.tenths(phase.rate(total.framesReceived)),
            "\(Int(phase.rate(total.bytesSent).rounded()))", "\(Int(phase.rate(total.bytesReceived).rounded()))",
        ]
        return "| " + columns.joined(separator: " | ") + " |"
    }
}
