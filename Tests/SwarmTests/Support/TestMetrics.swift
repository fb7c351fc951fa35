import CoreMetrics
import Synchronization

/// Metrics that a test can read.
final class TestMetrics: MetricsFactory, Sendable {
    private let values = Mutex<[String: Double]>([:])

    /// The sum of a counter, or the last value of a gauge.
    func value(_ label: String) -> Double? { values.withLock { $0[label] } }

    private func add(_ label: String, _ amount: Double) { values.withLock { $0[label, default: 0] += amount } }

    private func set(_ label: String, _ value: Double) { values.withLock { $0[label] = value } }

    private final class Handler: CounterHandler, RecorderHandler, TimerHandler {
        let label: String
        let metrics: TestMetrics

        init(_ label: String, _ metrics: TestMetrics) {
            self.label = label
            self.metrics = metrics
        }

        func increment(by amount: Int64) { metrics.add(label, Double(amount)) }
        func reset() {}
        func record(_ value: Int64) { metrics.set(label, Double(value)) }
        func record(_ value: Double) { metrics.set(label, value) }
        func recordNanoseconds(_ duration: Int64) {}
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { Handler(label, self) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler(label, self)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { Handler(label, self) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
