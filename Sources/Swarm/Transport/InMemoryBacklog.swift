import DequeModule

/// Frames of one node that wait to be published: there is no connection, or the broker reads nothing from it.
struct InMemoryBacklog: Sendable {
    struct Waiting: Sendable {
        var frame: OutboundFrame
        /// In microseconds.
        let since: UInt64
    }

    private let countLimit: Int
    private let byteLimit: Int
    private var lanes = [Deque<Waiting>](repeating: [], count: TransportLane.allCases.count)
    private var bytes = [Int](repeating: 0, count: TransportLane.allCases.count)
    private(set) var isEmpty = true

    init(countLimit: Int, byteLimit: Int) {
        self.countLimit = countLimit
        self.byteLimit = byteLimit
    }

    /// False if the frame's lane is full.
    mutating func append(_ frame: OutboundFrame, now: UInt64) -> Bool {
        let lane = Int(frame.lane.rawValue)
        guard lanes[lane].count < countLimit, bytes[lane] + frame.body.count <= byteLimit else { return false }
        lanes[lane].append(Waiting(frame: frame, since: now))
        bytes[lane] += frame.body.count
        isEmpty = false
        return true
    }

    /// The first of the most urgent lane that is not empty.
    mutating func popFirst() -> Waiting? {
        for lane in lanes.indices {
            guard let waiting = lanes[lane].popFirst() else { continue }
            bytes[lane] -= waiting.frame.body.count
            isEmpty = lanes.allSatisfy(\.isEmpty)
            return waiting
        }
        return nil
    }

    /// Gives back what `popFirst` gave.
    mutating func putBack(_ waiting: Waiting) {
        let lane = Int(waiting.frame.lane.rawValue)
        lanes[lane].prepend(waiting)
        bytes[lane] += waiting.frame.body.count
        isEmpty = false
    }

    mutating func removeAll() {
        for lane in lanes.indices {
            lanes[lane].removeAll()
            bytes[lane] = 0
        }
        isEmpty = true
    }
}
