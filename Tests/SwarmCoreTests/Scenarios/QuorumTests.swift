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

    /// For 20 s no two nodes with a lease run the same name; in the end each name runs.
    private func expectNoOverlap(of names: [String], in cluster: inout TrackerCluster) {
        for _ in 0..<200 {
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

    private mutating func bury(_ dead: String, at node: String, says witness: String) {
        let verdict = Verdict(node: id(dead), life: 0, cause: .unroutable)
        feed(.received(.verdict(verdict), from: Sender(node: id(witness), life: 0)), to: id(node))
    }

    fileprivate func works(_ name: String, on node: String) -> Bool {
        guard let entry = nodes[node], let lease = entry.lease, lease > now else { return false }
        return entry.workers.values.contains { $0.name == name && $0.phase == .running }
    }
}
