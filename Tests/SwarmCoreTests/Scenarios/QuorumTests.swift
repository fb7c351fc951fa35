import SwarmCore
import Testing

/// With a quorum nothing runs twice, not even for a moment.
@Suite("Scenarios: quorum")
struct QuorumTests {
    private let names = (0..<20).map { "w\($0)" }

    @Test("the two sides of a split start no name twice before the leases have ended")
    func registeredOnBothSides() {
        var cluster = TrackerCluster.ready(["a", "b", "c"]) { $0.strategy = .staticQuorum(2) }
        cluster.split("a", from: ["b", "c"])
        for name in names {
            let order = RegistrationOrder(name: name, kind: "counter", arguments: [])
            for node in ["a", "b"] { cluster.request(.register(order), at: node, timeout: 60_000_000) }
        }
        expectNoOverlap(of: names, in: &cluster)
    }

    /// Seed 117588: on its side of the split the owner still had its lease, and started what the others started, too.
    @Test("the two sides of a split restart no dead node's name twice before the leases have ended")
    func orphansOnBothSides() {
        var cluster = TrackerCluster.ready(["a", "b", "c", "d", "e"]) { $0.strategy = .staticQuorum(3) }
        let names = cluster.names(ownedBy: "e", count: 20)
        for name in names { #expect(cluster.register(name, at: "e").isSuccess) }
        cluster.startDelay = 200_000
        cluster.kill("e")
        let isStarting = cluster.run(seconds: 30) { c in
            c.nodes["a"]?.workers.values.contains { names.contains($0.name) } ?? false
        }
        #expect(isStarting)
        cluster.split("a", from: ["b", "c", "d"])
        expectNoOverlap(of: names, in: &cluster)
    }

    /// Seed 3385: it had the quorum back before it had heard of what the others had started meanwhile.
    @Test(
        "a node that has the quorum back starts nothing that the other side may have started",
        arguments: [["a", "b", "c", "e"], ["a", "c"]])
    func quorumIsBack(heard: Set<String>) {
        var cluster = TrackerCluster.ready(["a", "b", "c", "d", "e"]) { $0.strategy = .staticQuorum(3) }
        let names = cluster.register(count: 20, ownedBy: "d")
        cluster.cut(["a", "d"], from: ["b", "c", "e"])
        // "d" has returned from this death when the others hear of it again: they have nothing to tell it.
        for node in ["a", "b", "c", "e"] { cluster.bury("d", at: node, says: node == "b" ? "c" : "b") }
        for node in ["b", "c", "e"] { cluster.bury("a", at: node, says: node == "b" ? "c" : "b") }
        #expect(cluster.run(seconds: 8) { $0.nodes["d"]?.life == 1 })
        #expect(cluster.run(seconds: 15) { c in names.allSatisfy { name in c.works(name, onOneOf: ["b", "c", "e"]) } })
        #expect(names.allSatisfy { !cluster.works($0, on: "d") })
        // It hears of the quorum, and not of what was written; or only from those who wrote nothing.
        cluster.loses = { message, from, to in
            guard to.name == "d" else { return false }
            return switch message {
            case .delta, .snapshot: heard.count == 4
            case .heartbeat: from.name != "d" && !heard.contains(from.name)
            default: false
            }
        }
        cluster.heal()
        expectNoOverlap(of: names, in: &cluster, seconds: heard.count == 4 ? 8 : 4)
        #expect(cluster.nodes["d"]?.events.last { $0.isQuorum } == .quorum(true))
        cluster.loses = { _, _, _ in false }
        expectNoOverlap(of: names, in: &cluster)
        #expect(cluster.run(seconds: 60) { $0.isWell(names) })
    }

    /// Seed 204529: it worked on without ever having had a lease that could end.
    @Test("a node that has never had the quorum takes nothing over")
    func neverHadTheQuorum() {
        var cluster = TrackerCluster.ready(["a", "b", "c"]) { $0.strategy = .staticQuorum(3) }
        let names = cluster.register(count: 20, ownedBy: "a")
        cluster.loses = { message, from, to in
            guard to.name == "d", from.name != "a" else { return false }
            return if case .heartbeat = message { true } else { false }
        }
        cluster.start("d")
        #expect(cluster.nodes["d"]?.lease == 0)
        #expect(cluster.run(seconds: 30) { $0["d"].isReady && $0.count(.handoffsRefused, at: "a") > 0 })
        #expect(cluster.nodes["d"]?.workers.isEmpty == true)
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 60) { $0.isWell(names) && $0.nodes["d"]?.workers.isEmpty == false })
    }

    /// Seed 1002193: half a minute after the death it no longer mattered that it lacked what the others had written.
    @Test("a node that lacks the others' logs starts no names that they may have started, however long that lasts")
    func orphansWithoutTheLogs() throws {
        var cluster = TrackerCluster.ready(["a", "b", "c", "d", "e"]) { $0.strategy = .staticQuorum(3) }
        let names = cluster.register(count: 20, ownedBy: "d")
        cluster.loses = { message, _, to in
            guard to.name == "c" else { return false }
            return switch message {
            case .delta, .snapshot, .offer: true
            default: false
            }
        }
        #expect(names.count == 20)
        cluster.kill("d")
        #expect(cluster.run(seconds: 30) { c in names.contains { c.works($0, onOneOf: ["a", "b", "e"]) } })
        cluster.run(seconds: 40)
        // Who has some of them is about to leave: the next owner is who knows nothing of that.
        cluster.feed(.drain(nil, timeout: 20_000_000), to: cluster.id("a"))
        for _ in 0..<150 {
            cluster.run(seconds: 0.1)
            for name in names { #expect(cluster.hosts(of: name).count < 2, "\(name)") }
        }
        #expect(names.contains { cluster.hosts(of: $0) == ["a"] })
    }

    /// Seed 126962: a log that was long in coming stopped all workers of a healthy cluster.
    @Test("a node whose replica lags keeps the lease that it has")
    func lagWithALease() {
        var cluster = TrackerCluster.ready(["a", "b", "c"]) { $0.strategy = .staticQuorum(2) }
        let names = cluster.register(count: 5, ownedBy: "a")
        cluster.loses = { message, from, to in
            guard to.name == "a", from.name == "b" else { return false }
            return if case .delta = message { true } else { false }
        }
        #expect(cluster.register(cluster.names(ownedBy: "b", count: 1)[0], at: "c").isSuccess)
        let position = LogPosition(origin: cluster.id("b"), sequence: cluster["b"].registry.own.sequence)
        let view = View(
            members: [], positions: [position], buried: [], clock: 0, isReady: true, universe: nil)
        cluster.feed(.received(.view(view), from: Sender(node: cluster.id("c"), life: 0)), to: cluster.id("a"))
        for _ in 0..<50 {
            cluster.run(seconds: 0.1)
            for name in names { #expect(cluster.works(name, on: "a")) }
        }
    }

    /// Seed 125091: the owner had buried the host on its side of the split, and took its worker for lost.
    @Test("an owner that is cut off with a prepared worker does not go on with it before the host's lease has ended")
    func preparedOnTheSmallerSide() {
        var cluster = TrackerCluster.ready(["a", "b"]) { $0.strategy = .staticQuorum(2) }
        for name in names { #expect(cluster.register(name, at: "a").isSuccess) }
        cluster.loses = { message, from, _ in
            if case .offerAnswer = message { return from.name == "c" }
            return false
        }
        cluster.start("c")
        let isPrepared = cluster.run(seconds: 30) { c in
            c.nodes["c"]?.workers.values.contains { $0.phase == .prepared } ?? false
        }
        #expect(isPrepared)
        cluster.run(seconds: 0.01)
        cluster.split("c", from: ["a", "b"])
        expectNoOverlap(of: names, in: &cluster)
        #expect(cluster.nodes["c"]?.workers.isEmpty == true)
    }

    /// For so long no two nodes with a lease run the same name; in the end each name runs.
    private func expectNoOverlap(of names: [String], in cluster: inout TrackerCluster, seconds: Int = 20) {
        for _ in 0..<seconds * 10 {
            cluster.run(seconds: 0.1)
            for name in names {
                let running = cluster.up.filter { cluster.works(name, on: $0) }
                #expect(running.count < 2, "\(name) on \(running)")
            }
        }
        for name in names { #expect(!cluster.hosts(of: name).isEmpty, "\(name)") }
    }
}

extension TrackerCluster {
    /// Cuts one node off. The probes come back as unroutable: each side buries the other at once.
    fileprivate mutating func split(_ node: String, from others: [String]) {
        cut([node], from: Set(others))
        for other in others {
            bury(other, at: node, says: others.first { $0 != other } ?? other)
            bury(node, at: other, says: node)
        }
    }

    fileprivate mutating func bury(_ dead: String, at node: String, says witness: String) {
        let verdict = Verdict(node: id(dead), life: 0, cause: .unroutable)
        feed(.received(.verdict(verdict), from: Sender(node: id(witness), life: 0)), to: id(node))
    }

    fileprivate func works(_ name: String, onOneOf nodes: [String]) -> Bool { nodes.contains { works(name, on: $0) } }

    fileprivate func works(_ name: String, on node: String) -> Bool {
        guard let entry = nodes[node], let lease = entry.lease, lease > now else { return false }
        return entry.workers.values.contains { $0.name == name && $0.phase == .running }
    }
}

extension Event {
    fileprivate var isQuorum: Bool {
        if case .quorum = self { true } else { false }
    }
}
