import SwarmTesting
import Testing

@Suite("Measured clusters")
struct MeasuredClusterTests {
    private func cluster(nodes: Int, names: Int) -> MeasuredCluster {
        let cluster = MeasuredCluster(seed: 1, names: names, frameSize: { _, messages in 100 * messages.count })
        for index in 0..<nodes { cluster.start("n\(index)") }
        #expect(cluster.settle(within: 60_000_000), "\(cluster.obstacle ?? "")")
        cluster.register(over: 1_000_000)
        cluster.advance(1_000_000)
        #expect(cluster.settle(within: 60_000_000), "\(cluster.obstacle ?? "")")
        #expect(cluster.visibleNames == names)
        return cluster
    }

    @Test("at rest each node says a heartbeat a second, and hears one of every node")
    func rest() throws {
        let cluster = cluster(nodes: 5, names: 20)
        cluster.advance(10_000_000)
        cluster.reset()
        cluster.advance(60_000_000)
        let heartbeats = try #require(cluster.traffic.kinds["heartbeat"])
        #expect((5 * 60...5 * 67).contains(heartbeats.framesSent))
        #expect((heartbeats.framesReceived - 5 * heartbeats.framesSent).magnitude <= 5)
        #expect(heartbeats.bytesSent == 100 * heartbeats.framesSent)
        #expect(cluster.traffic.kinds["delta"] == nil)
        #expect(cluster.traffic.total.framesSent < 5 * 60 * 2)
    }

    @Test("names follow the members when one joins, crashes or leaves")
    func changes() throws {
        let cluster = cluster(nodes: 4, names: 40)
        #expect(cluster.obstacle == nil)
        cluster.start("late")
        cluster.advance(1_000)
        #expect(cluster.obstacle != nil)
        #expect(cluster.settle(within: 60_000_000), "\(cluster.obstacle ?? "")")
        #expect(cluster.traffic.kinds["handoff"] != nil)
        cluster.crash(try #require(cluster.someNode()))
        #expect(cluster.obstacle != nil)
        #expect(cluster.settle(within: 60_000_000), "\(cluster.obstacle ?? "")")
        cluster.drain(try #require(cluster.someNode()))
        #expect(cluster.settle(within: 60_000_000), "\(cluster.obstacle ?? "")")
        #expect(cluster.live.count == 3)
        #expect(cluster.visibleNames == 40)
        #expect(cluster.halts.isEmpty)
    }

    @Test("a cluster that grows above the limit of the full mesh and shrinks again buries none of the living")
    func meshLimit() throws {
        let cluster = cluster(nodes: 33, names: 0)
        cluster.advance(30_000_000)
        cluster.reset()
        cluster.crash(try #require(cluster.someNode()))
        #expect(cluster.settle(within: 60_000_000), "\(cluster.obstacle ?? "")")
        cluster.advance(30_000_000)
        #expect(cluster.live.count == 32)
        // One death, seen by all the others, and nobody who had to return from it.
        #expect(cluster.paths["members_down"] == 32)
        #expect(cluster.paths["returns"] == nil)
    }
}
