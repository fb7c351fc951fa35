/// What can go wrong in a simulated cluster.
public enum SimulatedFault: String, CaseIterable, Sendable {
    /// A node's connection is lost and made again, within moments or seconds.
    case connectionLoss
    /// A node's cable is cut for less than the down time: what is under way arrives late, or the connection breaks.
    case cut
    /// The same for longer than the down time: the others bury the node.
    case longCut
    /// The brokers split in halves that do not hear each other, and merge again.
    case split
    /// A broker restarts: every connection and exclusive queue is gone.
    case brokerRestart
    /// One of several brokers goes: only the nodes connected to it are hit.
    case brokerLoss
    /// The broker's memory alarm: it reads nothing of those that publish.
    case blocked
    /// A queue takes messages and delivers none, until its connection is made anew.
    case deafQueue
    /// A process dies at once (`kill -9`), and another of its name starts a moment later.
    case crash
    /// The same, but the broker learns of it only by its own time-out, as when a machine loses power.
    case powerLoss
    /// A process dies and comes back late.
    case longCrash
    /// A process stands still for less than the down time; its inputs pile up.
    case stall
    /// The same for longer than the down time: the others bury the node.
    case longStall
    /// A node hands everything over and leaves; another of its name starts later.
    case drain
    /// All nodes are drained and started again, one after the other, with other kinds.
    case rollingRestart
    /// A new node joins.
    case join = "nodeJoin"
    /// The wall clock of a node steps by up to an hour.
    case clockStep
    /// One lane of a node is held up for up to four seconds, while the others go on and overtake it.
    case laneDelay
    /// A process dies at the next step of a handoff, at either end.
    case crashInHandoff
    /// A process dies in the middle of a snapshot, at either end.
    case crashInSnapshot
    /// A process stands still at the next step of a handoff, for a moment or for longer than the down time.
    case stallInHandoff
    /// A node is started again with another one on its deny list, or without. All are allowed again before the end.
    case exclusion

    /// Those that wait for their moment once they are due.
    var isAmbush: Bool {
        switch self {
        case .crashInHandoff, .crashInSnapshot, .stallInHandoff: true
        default: false
        }
    }
}

/// How likely single frames are hit, and how long they take.
public struct LinkConditions: Sendable, Hashable {
    /// Frames that a full queue drops, per frame and receiver: 0 to 1. Default 0.
    public var loss = 0.0
    /// Frames that take up to `spike` longer: 0 to 1. Default 0.
    public var spikes = 0.0
    /// Microseconds. Default 200,000.
    public var spike: UInt64 = 200_000
    /// The usual time from a node to the broker, or from the broker to a node, in microseconds. Default 100 to 1,000.
    public var latency: ClosedRange<UInt64> = 100...1_000
    /// After a reconnect, the last frames of the old connection are published again: 0 to 1. Default 0.
    public var duplication = 0.0
    /// Frames a transport keeps while it is disconnected. Default 16.
    public var offlineFrames = 16
    /// Messages a queue holds before it drops its oldest. Default 10,000.
    public var queueLimit = 10_000

    /// A good network.
    public init() {}
}
