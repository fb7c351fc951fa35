import Metrics
import MetricsTestKit
import Testing

@testable import Swarm

@Suite(.timeLimit(.minutes(1))) struct WorkerMetricsTests {
    let metrics = MetricsTestKit.TestMetrics()

    func count(_ label: String) throws -> Int64 {
        try metrics.expectCounter("swarm_worker_" + label, [("cluster", "c")]).totalValue
    }

    @Test func countsWhatHappens() async throws {
        let bench = try Bench(metrics: WorkerMetrics(dimensions: [("cluster", "c")], factory: metrics))
        let latch = Latch()
        let script = blocking(on: latch)
        try await bench.start(1, "a", script)
        let ref = bench.reference("a")
        _ = try await ref.call(Note("x"))
        async let first = ref.call(Note("first"))
        await script.log.wait(for: "> first")
        for _ in 0..<8 { bench.deliver("y", to: 1) }
        bench.deliver("one too many", to: 1)
        latch.open()
        _ = try await first
        bench.perform(.stop(workerID: 1, .unregistered, collectsHeld: true))
        _ = await bench.held(1)
        bench.perform(.start(Bench.order(2, "b", Script(), kind: "plain")))
        #expect(await bench.started(2).isSuccess)
        #expect(try count("starts") == 2)
        #expect(try count("stops") == 1)
        #expect(try count("direct_calls") == 2)
        #expect(try count("overflows") == 1)
        // Handled or, if the stop came first, collected; one was lost at the door.
        #expect(try count("messages") >= 2)
        #expect(try count("drops") == 1)
        #expect(try count("failures") == 0)
    }

    @Test func labels() {
        #expect(WorkerMetrics.Event.leaseRefusals.label == "swarm_worker_lease_refusals")
        #expect(Set(WorkerMetrics.Event.allCases.map(\.label)).count == WorkerMetrics.Event.allCases.count)
    }
}
