import Swarm
import Testing

@testable import SwarmAMQP

struct OutboundQueueTests {
    private func frame(
        _ lane: TransportLane, _ id: UInt8, size: Int = 1, expiration: UInt32? = nil
    ) -> OutboundFrame {
        OutboundFrame(
            to: .exchange(.control, key: "k"), lane: lane, body: [id] + [UInt8](repeating: 0, count: size - 1),
            expiration: expiration)
    }

    private func limits(frames: Int = 100, bytes: Int = 1 << 20, total: Int = 1 << 20) -> AMQPOutboundLimits {
        var limits = AMQPOutboundLimits()
        limits.heartbeatFrames = frames
        limits.laneFrames = frames
        limits.laneBytes = bytes
        limits.totalBytes = total
        return limits
    }

    private func drain(_ queue: inout OutboundQueue, now: UInt64 = 0) -> [UInt8] {
        var ids: [UInt8] = []
        while let frame = queue.pop(now: now) { ids.append(frame.body[0]) }
        return ids
    }

    private func dropped(_ queue: inout OutboundQueue) -> [String] {
        queue.takeDropped().map { "\($0.lane) \($0.count)" }
    }

    @Test func givesTheMostUrgentFirstAndKeepsTheOrderWithin() {
        var queue = OutboundQueue(limits())
        for (index, lane) in [TransportLane.request, .group, .control, .heartbeat, .group, .control].enumerated() {
            #expect(on(&queue) { $0.push(frame(lane, UInt8(index)), now: 0) })
        }
        #expect(drain(&queue) == [3, 2, 5, 1, 4, 0])
        #expect(queue.isEmpty)
        #expect(queue.bytes == 0)
        #expect(dropped(&queue).isEmpty)
    }

    @Test func refusesWhatFindsItsLaneFull() {
        var queue = OutboundQueue(limits(frames: 2))
        #expect(on(&queue) { $0.push(frame(.group, 1), now: 0) })
        #expect(on(&queue) { $0.push(frame(.group, 2), now: 0) })
        #expect(!on(&queue) { $0.push(frame(.group, 3), now: 0) })
        #expect(on(&queue) { $0.push(frame(.control, 4), now: 0) })
        #expect(dropped(&queue) == ["group 1"])
        #expect(dropped(&queue).isEmpty)
        #expect(drain(&queue) == [4, 1, 2])
    }

    @Test func limitsTheBytesOfALane() {
        var queue = OutboundQueue(limits(bytes: 1_000 + 2 * OutboundQueue.overhead))
        #expect(on(&queue) { $0.push(frame(.group, 1, size: 600), now: 0) })
        #expect(!on(&queue) { $0.push(frame(.group, 2, size: 401), now: 0) })
        #expect(on(&queue) { $0.push(frame(.group, 3, size: 400), now: 0) })
        #expect(drain(&queue) == [1, 3])
    }

    @Test func keepsTheNewestHeartbeats() {
        var queue = OutboundQueue(limits(frames: 3))
        for id in 1...5 { #expect(on(&queue) { $0.push(frame(.heartbeat, UInt8(id)), now: 0) }) }
        #expect(drain(&queue) == [3, 4, 5])
        #expect(dropped(&queue) == ["heartbeat 2"])
    }

    @Test func makesRoomForHigherLanes() {
        let unit = 1_000 + OutboundQueue.overhead
        var queue = OutboundQueue(limits(total: 4 * unit))
        for (id, lane) in [(1, TransportLane.request), (2, .group), (3, .group), (4, .control)] {
            #expect(on(&queue) { $0.push(frame(lane, UInt8(id), size: 1_000), now: 0) })
        }
        // The lowest lane goes first, of a lane the newest.
        #expect(on(&queue) { $0.push(frame(.control, 5, size: 1_000), now: 0) })
        #expect(on(&queue) { $0.push(frame(.control, 6, size: 1_000), now: 0) })
        #expect(dropped(&queue) == ["group 1", "request 1"])
        // What is not above anything is refused itself.
        #expect(!on(&queue) { $0.push(frame(.request, 7, size: 1_000), now: 0) })
        #expect(on(&queue) { $0.push(frame(.heartbeat, 8, size: 1_000), now: 0) })
        #expect(drain(&queue) == [8, 4, 5, 6])
        #expect(queue.bytes == 0)
    }

    @Test func refusesWhatWouldNotFitEvenAlone() {
        var queue = OutboundQueue(limits(total: 2_000))
        #expect(on(&queue) { $0.push(frame(.request, 1, size: 500), now: 0) })
        #expect(!on(&queue) { $0.push(frame(.heartbeat, 2, size: 3_000), now: 0) })
        // Nothing was thrown out for it.
        #expect(drain(&queue) == [1])
    }

    @Test func doesNotSendWhatHasExpired() {
        var queue = OutboundQueue(limits())
        #expect(on(&queue) { $0.push(frame(.control, 1, expiration: 10), now: 1_000_000) })
        #expect(on(&queue) { $0.push(frame(.control, 2, expiration: 20), now: 1_000_000) })
        #expect(on(&queue) { $0.push(frame(.control, 3), now: 1_000_000) })
        #expect(drain(&queue, now: 11_000_000) == [2, 3])
        #expect(dropped(&queue) == ["control 1"])
    }

    @Test func staysInOrderThroughManyTurns() {
        var queue = OutboundQueue(limits(frames: 10_000, bytes: 1 << 30, total: 1 << 30))
        var expected: [UInt8] = []
        var seen: [UInt8] = []
        for round in 0..<5_000 {
            let id = UInt8(truncatingIfNeeded: round)
            expected.append(id)
            #expect(on(&queue) { $0.push(frame(.group, id), now: 0) })
            if round % 3 == 0, let frame = queue.pop(now: 0) { seen.append(frame.body[0]) }
        }
        #expect(queue.count(.group) == 5_000 - seen.count)
        #expect(seen + drain(&queue) == expected)
        #expect(queue.bytes == 0)
    }
}
