/// What a simulated cluster goes through. Times are virtual.
public struct SimulationOptions: Sendable {
    /// How a cluster's names are placed.
    public enum Strategy: Sendable, Hashable {
        case rendezvous
        case ring
        /// A static quorum of so many members.
        case quorum(Int)
    }

    /// The cluster's strategy. Default `rendezvous`.
    public var strategy = Strategy.rendezvous
    /// How long faults and workload go on. Default 60 s.
    public var duration: Duration = .seconds(60)
    /// Within so long after the last fault all must be well again. Default 180 s.
    public var recovery: Duration = .seconds(180)
    /// How often each fault happens, in times per virtual minute. Default: none.
    public var faults: [SimulatedFault: Double] = [:]
    /// The network between faults.
    public var link = LinkConditions()
    /// All nodes start within so long. Default 1 ms: at once.
    public var startSpread: Duration = .milliseconds(1)
    /// How many different names the clients use. Default 16; few names make conflicts.
    public var names = 16
    /// How many different groups. Default 4.
    public var groups = 4
    /// Requests of clients per virtual second, over all nodes. Default 10.
    public var requestsPerSecond = 10.0
    /// What clients ask for, by relative weight.
    public var workload = SimulatedWorkload()
    /// How often a worker that is to move is asked for something just then: 0 to 1. Default 0.
    public var requestsInMoves = 0.0
    /// Wall clocks are off by up to so much. Default 50 ms.
    public var clockSkew: Duration = .milliseconds(50)
    /// Clocks run too fast or slow by up to so many millionths. Default 50.
    public var clockDrift = 50
    /// Workers that refuse to start: 0 to 1. Default 0.
    public var startFailures = 0.0
    /// Messages that make a worker fail: 0 to 1. Default 0.
    public var workerFailures = 0.0
    /// Messages that take a worker up to three seconds: 0 to 1. Default 0.
    public var slowMessages = 0.0
    /// Whether some workers choose badly when asked to move (stay, fail, start afresh). Default true.
    public var mixedKinds = true
    /// More brokers than one: nodes are spread over them. Default 1.
    public var brokers = 1
    /// Nodes beside the others that run no workers, and only ask: clients of the cluster. Default 0.
    public var clients = 0
    /// Messages to groups that somebody outside publishes, in times per virtual minute. Default 0.
    public var outsideMessages = 0.0
    /// So many operations of each log are kept for repair; what reaches further back is sent as a snapshot. Default nil: as
    /// many as nodes keep by default, which a short run does not exceed.
    public var logTail: Int?

    /// A good day: nothing goes wrong.
    public init() {}
}

/// What clients of a simulated cluster ask for, by relative weight.
public struct SimulatedWorkload: Sendable, Hashable {
    /// Start a worker. Default 4.
    public var register = 4.0
    /// Stop one. Default 1.5.
    public var unregister = 1.5
    /// A worker joins a group. Default 1.
    public var join = 1.0
    /// A worker leaves a group. Default 0.5.
    public var leave = 0.5
    /// Change an entry's metadata. Default 0.5.
    public var metadata = 0.5
    /// A message that is answered. Default 3.
    public var call = 3.0
    /// A message that is accepted. Default 2.
    public var send = 2.0
    /// A message to a group. Default 1.
    public var publish = 1.0

    /// A bit of everything.
    public init() {}

    var weights: [(SimulatedRequest, Double)] {
        [
            (.register, register), (.unregister, unregister), (.join, join), (.leave, leave), (.metadata, metadata),
            (.call, call), (.send, send), (.publish, publish),
        ]
    }
}

/// What a client asks for.
enum SimulatedRequest: String, CaseIterable, Sendable {
    case register, unregister, join, leave, metadata, call, send, publish
}
