package import Swarm

/// Why a request has no result, and who says so.
package struct RequestFailure: Error, Sendable {
    package enum Source: Sendable {
        /// A node answered this JSON.
        case cluster(answer: [UInt8])
        /// No answer in time: the broker or the cluster was not reached, or lost on the way.
        case unreached
        /// The client itself: nothing was sent.
        case client
    }

    package let error: SwarmError
    package let source: Source

    package init(_ error: SwarmError, _ source: Source) {
        self.error = error
        self.source = source
    }
}
