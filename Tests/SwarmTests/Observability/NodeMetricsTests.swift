import SwarmCore
import Testing

@testable import Swarm

@Suite(.timeLimit(.minutes(1))) struct NodeMetricsTests {
    @Test func everyCounterOfTheTrackerIsAMetric() {
        let factory = TestMetrics()
        let metrics = NodeMetrics(cluster: "shop", node: "a", factory: factory)
        for counter in SwarmCore.Counter.allCases { metrics.count(counter, by: 2) }
        for counter in SwarmCore.Counter.allCases { #expect(factory.value("swarm_" + counter.rawValue) == 2) }
        for drop in NodeMetrics.Drop.allCases { metrics.drop(drop, count: 3) }
        for drop in NodeMetrics.Drop.allCases { #expect(factory.value("swarm_frames_dropped_" + drop.rawValue) == 3) }
    }

    @Test func gaugesFollowTheNode() async throws {
        let factory = TestMetrics()
        let cluster = TestCluster("metrics")
        let node = try cluster.node("a") { $0.metricsFactory = factory }
        try await withRunning([node]) {
            try await node.register("x", as: TestCounter.self, groups: ["g"])
            try await node.publish(TestCounter.Message.get, to: "g")
            try await eventually("they are there") {
                factory.value("swarm_names") == 1 && factory.value("swarm_workers") == 1
                    && factory.value("swarm_members") == 1 && factory.value("swarm_ready") == 1
                    && factory.value("swarm_connected") == 1 && factory.value("swarm_group_deliveries") == 1
            }
            #expect((factory.value("swarm_frames_out") ?? 0) > 0)
        }
    }
}
