import HashTreeCollections
import IntervalTreeClocks
import SwarmCore
import Testing

/// Nodes that start at once, wait for each other, or do so again and again.
@Suite("Scenarios: starts")
struct StartTests {
    /// Nothing of any log reaches the node.
    private func logsTo(_ name: String) -> (Message, NodeID, NodeID) -> Bool {
        { message, _, to in
            guard to.name == name else { return false }
            return switch message {
            case .delta, .snapshot: true
            default: false
            }
        }
    }

    @Test("a node that joins is not ready before it has the logs that the others have")
    func readyWithTheLogs() {
        var cluster = TrackerCluster.ready(["a", "b"])
        let names = cluster.register(count: 5, ownedBy: "a") + cluster.register(count: 5, ownedBy: "b")
        cluster.loses = logsTo("c")
        cluster.start("c")
        cluster.run(seconds: 8)
        #expect(cluster["c"].memberSummaries.count == 3)
        #expect(!cluster["c"].isReady)
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 30) { $0.isWell(names) })
    }

    /// Swarm for Elixir: a quarter of the starts hung for ever, two or three nodes each waiting for another to sync.
    @Test("nodes that each wait for the next one's view become ready", arguments: [2, 3, 5])
    func circleOfWaiters(count: Int) {
        let names = (0..<count).map { "n\($0)" }
        var cluster = TrackerCluster()
        // For a while, whom each asks for its view does not hear of it.
        cluster.loses = { message, from, to in
            guard case .view = message, let index = names.firstIndex(of: to.name) else { return false }
            return from.name == names[(index + 1) % names.count]
        }
        cluster.start(names)
        let asked = names.map { name in
            cluster.request(.register(RegistrationOrder(name: name, kind: "counter", groups: [])), at: name)
        }
        cluster.run(seconds: 20)
        // Who cannot be served yet is told so in time.
        for (name, request) in zip(names, asked) { #expect(cluster.nodes[name]?.results[request] != nil) }
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 15) { c in c.isWell([]) })
        for name in names { #expect(cluster.register("at-\(name)", at: name).isSuccess) }
    }

    @Test(
        "nodes that start one upon the other while much is lost become ready, and answer what they are asked meanwhile")
    func lossyStarts() {
        for seed: UInt64 in 0..<20 {
            var random = SplitMix64(seed: seed)
            var cluster = TrackerCluster()
            cluster.loses = { message, _, _ in
                switch message {
                case .view, .hello, .forkGrant, .forkRequest, .delta, .repair: random.next() % 2 == 0
                default: false
                }
            }
            var requests: [(node: String, number: UInt64)] = []
            for name in ["a", "b", "c", "d"] {
                cluster.start(name)
                let order = RegistrationOrder(name: "by-\(name)", kind: "counter", groups: [])
                requests.append((name, cluster.request(.register(order), at: name, timeout: 20_000_000)))
                cluster.run(seconds: Double(random.next() % 100) / 1_000)
            }
            cluster.run(seconds: 5)
            cluster.loses = { _, _, _ in false }
            #expect(
                cluster.run(seconds: 30) { c in
                    c.isWell(["by-a", "by-b", "by-c", "by-d"])
                        && requests.allSatisfy { c.nodes[$0.node]?.results[$0.number] != nil }
                }, "seed \(seed)")
            for (node, number) in requests { #expect(cluster.nodes[node]?.results[number]?.isSuccess == true) }
        }
    }

    @Test("two nodes that open a universe at once end in one of the two, with the names of both")
    func twoUniverses() {
        var cluster = TrackerCluster()
        var universes: [String: Universe] = [:]
        cluster.loses = { message, from, _ in
            if case .heartbeat(let heartbeat) = message { universes[from.name] = heartbeat.universe }
            return false
        }
        cluster.start("a")
        cluster.start("b")
        cluster.cut(["a"], from: ["b"])
        #expect(cluster.run(seconds: 20) { $0.allReady })
        for index in 0..<10 {
            cluster.register("a\(index)", total: UInt8(index + 1), at: "a")
            cluster.register("b\(index)", total: UInt8(index + 1), at: "b")
            cluster.register("both\(index)", total: UInt8(index + 1), at: index % 2 == 0 ? "a" : "b")
            #expect(cluster.register("both\(index)", at: index % 2 == 0 ? "b" : "a").isSuccess)
        }
        cluster.heal()
        let names = (0..<10).flatMap { ["a\($0)", "b\($0)", "both\($0)"] }
        #expect(cluster.run { $0.isWell(names) })
        cluster.run(seconds: 30)
        #expect(cluster.isWell(names))
        #expect(universes["a"] != nil && universes["a"] == universes["b"])
        #expect(cluster.count(.universeChanges, at: "a") + cluster.count(.universeChanges, at: "b") == 1)
        for index in 0..<10 {
            for name in ["a\(index)", "b\(index)", "both\(index)"] {
                #expect(cluster.total(of: name) == index + 1, "\(name)")
            }
        }
    }

    /// There the clock was forked at each anti-entropy, and grew until it filled the memory.
    @Test("clock ids and stamps stay small while nodes come and die")
    func boundedClock() {
        var cluster = TrackerCluster.ready(["a", "b"])
        let names = ["w0", "w1"]
        for name in names { #expect(cluster.register(name, at: "a").isSuccess) }
        var deepest = 0
        for round in 0..<150 {
            cluster.start("c")
            #expect(cluster.run(seconds: 30) { $0.isWell(names) && $0.up.count == 3 }, "round \(round)")
            deepest = max(deepest, idBits(of: cluster.up, in: cluster))
            cluster.kill("c")
            #expect(cluster.run(seconds: 30) { $0.isWell(names) && $0.up.count == 2 }, "round \(round)")
        }
        // At 192 bits and some per member a fresh universe is due, and opened when all have agreed for ten beats.
        #expect(deepest < 384)
        #expect(cluster.count(.universeChanges, at: "a") > 0)
        for claim in cluster["a"].view.claims.values {
            #expect(IntervalTreeClock(id: .none, events: claim.stamp.events).encoded().count < 128)
        }
    }

    @Test("a node that leaves gives its clock id back")
    func idsComeBack() {
        var cluster = TrackerCluster.ready(["a", "b"])
        var before = Int.max
        for round in 0..<12 {
            cluster.start("c")
            #expect(cluster.run(seconds: 30) { $0.isWell([]) && $0.up.count == 3 }, "round \(round)")
            cluster.feed(.drain(nil, timeout: 10_000_000), to: cluster.id("c"))
            #expect(cluster.run(seconds: 30) { $0.up.count == 2 && $0.isWell([]) }, "round \(round)")
            if round == 1 { before = idBits(of: ["a", "b"], in: cluster) }
        }
        #expect(idBits(of: ["a", "b"], in: cluster) <= before)
    }

    private func idBits(of nodes: [String], in cluster: TrackerCluster) -> Int {
        nodes.compactMap { node -> Int? in
            let text = cluster[node].inspection()
            guard let range = text.firstRange(of: "\"id_bits\":") else { return nil }
            return Int(text[range.upperBound...].prefix { $0.isNumber })
        }.max() ?? 0
    }

    /// It waited for ever for a log that nobody had any more.
    @Test("a node whose only peer dies while it catches up is ready alone")
    func onlyPeerDies() {
        var cluster = TrackerCluster.ready(["a", "b"])
        _ = cluster.register(count: 3, ownedBy: "a")
        cluster.kill("a")
        #expect(cluster.run(seconds: 30) { $0["b"].memberSummaries.count == 1 })
        cluster.run(seconds: 20)
        cluster.loses = logsTo("c")
        cluster.start("c")
        #expect(cluster.run(seconds: 5) { !$0["c"].registry.isComplete })
        cluster.kill("b")
        #expect(cluster.run(seconds: 60) { $0["c"].isReady })
        #expect(cluster.register("again", at: "c").isSuccess)
    }
}
