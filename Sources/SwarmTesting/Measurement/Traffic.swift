package import SwarmCore

/// Frames and bytes of a measured cluster, sent and received, by what they carry.
package struct Traffic: Sendable {
    /// Messages of one kind. A frame counts for the kind of its first message.
    package struct Count: Sendable {
        package var framesSent = 0
        package var bytesSent = 0
        /// A broadcast is sent once and received by many.
        package var framesReceived = 0
        package var bytesReceived = 0

        package init() {}

        mutating func add(_ other: Count) {
            framesSent += other.framesSent
            bytesSent += other.bytesSent
            framesReceived += other.framesReceived
            bytesReceived += other.bytesReceived
        }
    }

    package private(set) var kinds: [String: Count] = [:]

    package init() {}

    package var total: Count { kinds.values.reduce(into: Count()) { $0.add($1) } }

    mutating func sent(_ kind: String, bytes: Int) {
        kinds[kind, default: Count()].framesSent += 1
        kinds[kind, default: Count()].bytesSent += bytes
    }

    mutating func received(_ kind: String, bytes: Int, by receivers: Int) {
        kinds[kind, default: Count()].framesReceived += receivers
        kinds[kind, default: Count()].bytesReceived += receivers * bytes
    }
}

extension Message {
    /// The name of the case, for tables.
    package var kindName: String {
        switch self {
        case .heartbeat: "heartbeat"
        case .hello: "hello"
        case .view: "view"
        case .farewell: "farewell"
        case .probe, .probeAnswer: "probe"
        case .verdict: "verdict"
        case .report: "report"
        case .obituary: "obituary"
        case .delta: "delta"
        case .repair: "repair"
        case .snapshot: "snapshot"
        case .vector: "vector"
        case .acknowledge, .acknowledged: "acknowledge"
        case .ended: "ended"
        case .forkRequest, .forkGrant, .retire: "fork"
        case .request, .reply: "request"
        case .offer, .offerAnswer, .commit, .commitAnswer, .abort: "handoff"
        }
    }
}
