package import Metrics
package import SwarmCore

/// Every metric of a node. All have the dimensions `cluster` and `node`.
///
/// | label | kind | meaning |
/// | --- | --- | --- |
/// | `swarm_members` | gauge | live members, this node included |
/// | `swarm_names` | gauge | visible names |
/// | `swarm_workers` | gauge | workers on this node |
/// | `swarm_groups` | gauge | groups with members |
/// | `swarm_inputs_waiting` | gauge | inputs that wait for the tracker |
/// | `swarm_requests_waiting` | gauge | requests of this node under way |
/// | `swarm_ready`, `swarm_connected` | gauge | 1 or 0 |
/// | `swarm_batch_inputs` | recorder | inputs handled in one go |
/// | `swarm_frames_in`, `swarm_frames_out`, `swarm_bytes_in`, `swarm_bytes_out` | counter | frames and their bytes |
/// | `swarm_frames_dropped_*` | counter | frames lost, by ``Drop`` |
/// | `swarm_group_deliveries` | counter | group messages put into local mailboxes |
/// | `swarm_outside_requests`, `swarm_outside_refused` | counter | requests from outside, and those refused |
/// | `swarm_<Counter>` | counter | what the tracker counts, by the raw value of its `Counter` |
package struct NodeMetrics: Sendable {
    /// Why a frame was lost.
    package enum Drop: String, CaseIterable, Sendable {
        /// It could not be decoded.
        case unreadable
        /// Not a frame, but a message in it: of a newer minor version, which this one does not know.
        case unknown
        /// It came through the wrong exchange, or from a user who is not the cluster's.
        case untrusted
        /// Its node is excluded by the rules.
        case excluded
        /// The input queue was full.
        case inputFull = "input_full"
        /// A lane of the transport was full on the way out.
        case outputFull = "output_full"
        /// The transport dropped it on the way in.
        case transport
        /// Larger than any frame may be.
        case oversized
    }

    typealias MetricCounter = CoreMetrics.Counter

    let members: Gauge
    let names: Gauge
    let workers: Gauge
    let groups: Gauge
    let inputsWaiting: Gauge
    let requestsWaiting: Gauge
    let ready: Gauge
    let connected: Gauge
    let batchInputs: Recorder
    let framesIn: MetricCounter
    let framesOut: MetricCounter
    let bytesIn: MetricCounter
    let bytesOut: MetricCounter
    let groupDeliveries: MetricCounter
    let outsideRequests: MetricCounter
    let outsideRefused: MetricCounter
    private let drops: [Drop: MetricCounter]
    private let tracker: [SwarmCore.Counter: MetricCounter]

    package init(cluster: String, node: String, factory: any MetricsFactory = MetricsSystem.factory) {
        let dimensions = [("cluster", cluster), ("node", node)]
        func counter(_ label: String) -> MetricCounter {
            MetricCounter(label: "swarm_" + label, dimensions: dimensions, factory: factory)
        }
        func gauge(_ label: String) -> Gauge {
            Gauge(label: "swarm_" + label, dimensions: dimensions, factory: factory)
        }
        members = gauge("members")
        names = gauge("names")
        workers = gauge("workers")
        groups = gauge("groups")
        inputsWaiting = gauge("inputs_waiting")
        requestsWaiting = gauge("requests_waiting")
        ready = gauge("ready")
        connected = gauge("connected")
        batchInputs = Recorder(label: "swarm_batch_inputs", dimensions: dimensions, factory: factory)
        framesIn = counter("frames_in")
        framesOut = counter("frames_out")
        bytesIn = counter("bytes_in")
        bytesOut = counter("bytes_out")
        groupDeliveries = counter("group_deliveries")
        outsideRequests = counter("outside_requests")
        outsideRefused = counter("outside_refused")
        drops = Dictionary(
            uniqueKeysWithValues: Drop.allCases.map { ($0, counter("frames_dropped_" + $0.rawValue)) })
        tracker = Dictionary(
            uniqueKeysWithValues: SwarmCore.Counter.allCases.map { ($0, counter($0.rawValue)) })
    }

    package func count(_ counter: SwarmCore.Counter, by amount: Int) { tracker[counter]?.increment(by: amount) }

    package func drop(_ reason: Drop, count: Int = 1) { drops[reason]?.increment(by: count) }
}
