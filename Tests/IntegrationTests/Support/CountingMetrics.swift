import CoreMetrics
import Synchronization

/// Counters that a test can read; all other metrics are ignored.
final class CountingMetrics: MetricsFactory {
    private let counts = Mutex<[String: Int64]>([:])

    /// What a counter has counted, of the node of this name.
    func count(_ label: String, node: String) -> Int64 { counts.withLock { $0[Self.key(label, node)] ?? 0 } }

    private static func key(_ label: String, _ node: String) -> String { "\(label) \(node)" }

    private final class Handler: CounterHandler {
        let metrics: CountingMetrics
        let key: String

        init(_ metrics: CountingMetrics, _ key: String) {
            self.metrics = metrics
            self.key = key
        }

        func increment(by amount: Int64) { metrics.counts.withLock { $0[key, default: 0] += amount } }
        func reset() {}
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(self, Self.key(label, dimensions.first { $0.0 == "node" }?.1 ?? ""))
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
