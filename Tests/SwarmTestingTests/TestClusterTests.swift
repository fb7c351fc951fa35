import Swarm
import SwarmTesting
import Testing

@Suite("Real nodes for tests")
struct TestClusterTests {
    /// Registers counters, adds 1 to the first, 2 to the second, ..., does something to the cluster, and tells the totals.
    private func totals<W: Worker>(
        of type: W.Type, after change: (TestCluster) async throws -> Void
    ) async throws -> [Int] where W.Arguments == NoValue, W.Message == Counter.Message, W.Reply == Int {
        var totals: [Int] = []
        try await withCluster("a", "b", "c", workers: [type]) { cluster in
            let names = (1...12).map { "counter/\($0)" }
            for (index, name) in names.enumerated() {
                let ref = try await cluster.node("a").register(name, as: type)
                _ = try await ref.call(.add(amount: index + 1))
            }
            try await change(cluster)
            let node = try cluster.node("a")
            for name in names { totals.append(try await node.ref(name, as: type).call(.get)) }
        }
        return totals
    }

    @Test("drained nodes hand their workers over")
    func drain() async throws {
        let totals = try await totals(of: Counter.self) { cluster in
            try await cluster.drain("b")
            try await cluster.start("d")
            try await cluster.drain("c")
            try await cluster.settled()
            #expect(cluster.nodes.map(\.id.name) == ["a", "d"])
        }
        #expect(totals == Array(1...12))
    }

    @Test("a worker that forgets its state is found")
    func forgetful() async throws {
        let totals = try await totals(of: ForgetfulCounter.self) { cluster in
            try await cluster.drain("b")
            try await cluster.drain("c")
        }
        #expect(totals != Array(1...12))
    }

    @Test("killed nodes take their state with them; their names come back")
    func kill() async throws {
        let totals = try await totals(of: Counter.self) { cluster in
            let lost = try cluster.node("a").registrations().filter { $0.node.name == "b" }
            #expect(!lost.isEmpty)
            await cluster.kill("b")
            try await cluster.settled()
        }
        #expect(totals.contains(0))
        #expect(totals != Array(1...12))
    }

    @Test("no node of that name runs")
    func unknownNode() async throws {
        try await withCluster("a", workers: [Counter.self]) { cluster in
            #expect(throws: SwarmError.self) { try cluster.node("b") }
        }
    }
}
