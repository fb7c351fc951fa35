package import Metrics

/// The metrics of the runtime of workers: counters `swarm_worker_<event>`, each with the dimensions given, usually
/// `cluster` and `node`.
package struct WorkerMetrics: Sendable {
    /// What is counted.
    package enum Event: Int, CaseIterable, Sendable {
        case starts
        /// `init` or `endHandoff` threw.
        case startFailures
        /// Workers that are gone, for whatever reason.
        case stops
        /// `receive` threw.
        case failures
        /// Given to `receive`.
        case messages
        /// Those of them that found the worker idle, on this node.
        case directCalls
        /// Refused as the mailbox was full.
        case overflows
        /// Lost, and nobody waited.
        case drops
        /// Refused without quorum.
        case leaseRefusals
        /// Handoffs given up for a worker that did not let go.
        case handoffsBusy
        /// Workers given up as they did not stop.
        case stopsForced
    }

    /// By the raw value of the event.
    private let counters: [CoreMetrics.Counter]

    package init(dimensions: [(String, String)] = [], factory: any MetricsFactory = MetricsSystem.factory) {
        counters = Event.allCases.map { .init(label: $0.label, dimensions: dimensions, factory: factory) }
    }

    func count(_ event: Event) { counters[event.rawValue].increment() }
}

extension WorkerMetrics.Event {
    /// `swarm_worker_direct_calls` of `directCalls`.
    package var label: String {
        "\(self)".reduce(into: "swarm_worker_") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}
