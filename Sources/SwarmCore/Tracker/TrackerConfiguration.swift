/// What a tracker is told once. Times are microseconds.
package struct TrackerConfiguration: Sendable {
    package var member: MemberDescription
    package var strategy: any PlacementStrategy
    /// Seeds the tracker's generator.
    package var seed: UInt64
    /// Default 1 s.
    package var heartbeatInterval: UInt64 = 1_000_000
    /// A member silent for so long is down. Default 10 s.
    package var downAfter: UInt64 = 10_000_000
    /// A member silent for so long is suspected and probed. Default 1.25 s.
    package var suspectAfter: UInt64 = 1_250_000
    /// Between the two probes whose return means down. Default 500 ms.
    package var reconnectGrace: UInt64 = 500_000
    /// Default 500 ms without a further change, at most `settleLimit` (5 s).
    package var settleTime: UInt64 = 500_000
    package var settleLimit: UInt64 = 5_000_000
    /// Operations kept for repair. Default 65,536.
    package var logLimit: Int = 65_536
    /// The same for the logs of other nodes. Default 8,192.
    package var replicaLogLimit: Int = 8_192
    /// Default 64.
    package var concurrentHandoffs: Int = 64
    /// Default 30 s.
    package var handoffDeadline: UInt64 = 30_000_000
    /// Starts of orphans at a time. Default 256.
    package var concurrentRestarts: Int = 256
    /// Between retransmissions; doubles up to eight times this. Default 500 ms.
    package var retryInterval: UInt64 = 500_000
    /// Survivors wait so long for each other's reports of a dead node. Default 3 s.
    package var reportDeadline: UInt64 = 3_000_000
    /// Default 24 h.
    package var burialTime: UInt64 = 24 * 3_600 * 1_000_000
    /// Requests of the local application and of others under way. Default 100,000.
    package var requestLimit: Int = 100_000
    /// A vector of all logs goes to one random member so often. Default 10 s.
    package var vectorInterval: UInt64 = 10_000_000
    /// Alone for so long after start, a node with the lowest id pools the reports and seeds. Default 2 s.
    package var seedDelay: UInt64 = 2_000_000
    /// Literal node names that this node neither talks to nor counts, checked by the shell's filter.
    package var isAllowed: @Sendable (String) -> Bool = { _ in true }
    /// Above so many members each node hears only its successors' heartbeats. Default 32.
    package var fullMeshLimit: Int = 32
    /// How many successors are monitored above that. Default 5.
    package var monitors: Int = 5
    /// `StaticQuorumRing`: members are heard within this. Default 3 s; grace before workers stop. Default 2 s.
    package var quorumWindow: UInt64 = 3_000_000
    package var quorumGrace: UInt64 = 2_000_000

    package init(member: MemberDescription, strategy: any PlacementStrategy, seed: UInt64) {
        self.member = member
        self.strategy = strategy
        self.seed = seed
    }
}
