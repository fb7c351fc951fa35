import DequeModule
import SwarmCore

/// A process's connection to the broker, as far as both ends know of each other.
struct SimulatedLink {
    /// Another number for each connection: what belongs to an old one is not heard.
    var epoch = 0
    /// The process believes to be connected.
    var isConnected = false
    /// It is being made.
    var isConnecting = false
    /// The broker's end; nil if there is none.
    var connection: BrokerConnectionID?
    /// By lane.
    var queues: [BrokerQueueID?] = [nil, nil, nil]
    var probeQueue = ""
    /// Which broker it is connected to, of several.
    var broker = 0
    /// False: the cable is cut. What is under way waits, as TCP has it.
    var isUp = true
    /// One of its queues delivers nothing, until it connects anew.
    var isDeaf = false
    /// The last time something was sent up and came down, by lane, so that each lane keeps its order.
    var lastUp: [UInt64] = [0, 0, 0]
    var lastDown: [UInt64] = [0, 0, 0]
    /// What the broker says of the connection itself, and of frames that came back.
    var notices: Deque<Input> = []
    /// Under way when the cable was cut.
    var waitingUp: [SimulatedPublication] = []
    var waitingDown: [(lane: SimulatedLane, frame: SimulatedFrame)] = []
    /// Published while disconnected.
    var offline: [SimulatedPublication] = []
    /// The last ones published, which may be published again after a reconnect.
    var recent: [SimulatedPublication] = []
    /// Requests by the frame that comes back if no queue takes it.
    var returnable: [UInt64: RequestID] = [:]
    var nextReturn: UInt64 = 1
    /// Frames taken from a queue that have not arrived, by lane.
    var inFlight = [0, 0, 0]

    /// What to bind at each connect.
    var watched: [String]? = []
    var groups: Set<String> = []

    /// Nothing is wrong with it.
    var isWell: Bool { isUp && isConnected && !isDeaf }

    /// Frames a broker pushes before the process reads.
    static let window = 256
    /// Frames of the cut cable that TCP keeps.
    static let buffer = 4_096
}
