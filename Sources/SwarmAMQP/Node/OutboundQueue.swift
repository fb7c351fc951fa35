import Swarm

/// Frames on their way out: a lane each for heartbeats, control, groups and requests, the most urgent first.
///
/// A frame that finds its lane full is refused, and counted. Two exceptions: of the heartbeats the oldest go, for an
/// old heartbeat is worth nothing; and if all lanes together hold too much, the newest frames of the lowest lane make
/// room for a frame of a higher one. A frame whose expiration has passed is not sent.
struct OutboundQueue {
    struct Entry {
        var frame: OutboundFrame
        /// Uptime in nanoseconds after which nobody wants it; nil: never.
        var deadline: UInt64?

        var size: Int { frame.body.count + OutboundQueue.overhead }
    }

    private struct Lane {
        var entries: [Entry] = []
        var head = 0
        var bytes = 0
        var dropped = 0
        var frameLimit: Int

        var count: Int { entries.count - head }

        mutating func append(_ entry: Entry) {
            entries.append(entry)
            bytes += entry.size
        }

        mutating func takeFirst() -> Entry? {
            guard head < entries.count else { return nil }
            let entry = entries[head]
            // What was taken must not keep its body alive.
            entries[head].frame.body = []
            head += 1
            bytes -= entry.size
            if head == entries.count {
                entries.removeAll(keepingCapacity: entries.count <= 4_096)
                head = 0
            } else if head >= 1_024, head * 2 >= entries.count {
                entries.removeFirst(head)
                head = 0
            }
            return entry
        }

        mutating func dropLast() {
            guard count > 0 else { return }
            bytes -= entries.removeLast().size
            dropped += 1
            if head == entries.count { (entries, head) = ([], 0) }
        }
    }

    /// What a frame takes beside its body, roughly.
    static let overhead = 256

    private let laneBytes: Int
    private let totalBytes: Int
    private var lanes: [Lane]
    private(set) var bytes = 0

    init(_ limits: AMQPOutboundLimits) {
        laneBytes = limits.laneBytes
        totalBytes = limits.totalBytes
        lanes = TransportLane.allCases.map { lane in
            Lane(frameLimit: lane == .heartbeat ? limits.heartbeatFrames : limits.laneFrames)
        }
    }

    var isEmpty: Bool { lanes.allSatisfy { $0.count == 0 } }

    func count(_ lane: TransportLane) -> Int { lanes[Int(lane.rawValue)].count }

    /// Takes a frame in, or drops it and says false.
    mutating func push(_ frame: OutboundFrame, now: UInt64) -> Bool {
        let entry = Entry(frame: frame, deadline: frame.expiration.map { now + UInt64($0) * 1_000_000 })
        let index = Int(frame.lane.rawValue)
        if frame.lane == .heartbeat {
            while lanes[index].count > 0, !fits(entry, in: index) {
                bytes -= lanes[index].takeFirst()?.size ?? 0
                lanes[index].dropped += 1
            }
        }
        guard fits(entry, in: index), makeRoom(for: entry, above: index) else {
            lanes[index].dropped += 1
            return false
        }
        lanes[index].append(entry)
        bytes += entry.size
        return true
    }

    /// The next frame to send.
    mutating func pop(now: UInt64) -> OutboundFrame? {
        for index in lanes.indices {
            while let entry = lanes[index].takeFirst() {
                bytes -= entry.size
                if let deadline = entry.deadline, deadline <= now {
                    lanes[index].dropped += 1
                    continue
                }
                return entry.frame
            }
        }
        return nil
    }

    /// A frame that was taken out could not be sent.
    mutating func countDropped(_ lane: TransportLane) { lanes[Int(lane.rawValue)].dropped += 1 }

    /// How many frames were dropped since the last time.
    mutating func takeDropped() -> [(lane: TransportLane, count: Int)] {
        TransportLane.allCases.compactMap { lane in
            let count = lanes[Int(lane.rawValue)].dropped
            lanes[Int(lane.rawValue)].dropped = 0
            return count > 0 ? (lane, count) : nil
        }
    }

    private func fits(_ entry: Entry, in index: Int) -> Bool {
        lanes[index].count < lanes[index].frameLimit && lanes[index].bytes + entry.size <= laneBytes
    }

    private mutating func makeRoom(for entry: Entry, above index: Int) -> Bool {
        let lower = lanes.indices.filter { $0 > index }
        let reclaimable = lower.reduce(0) { $0 + lanes[$1].bytes }
        guard bytes - reclaimable + entry.size <= totalBytes else { return false }
        for lane in lower.reversed() {
            while bytes + entry.size > totalBytes, lanes[lane].count > 0 {
                let before = lanes[lane].bytes
                lanes[lane].dropLast()
                bytes -= before - lanes[lane].bytes
            }
        }
        return true
    }
}
