import Testing

@testable import SwarmTesting

@Suite("Event queue")
struct EventQueueTests {
    @Test("events come by time, and of one time in the order they were added")
    func order() {
        var queue = EventQueue<Int>()
        var random = SeededRandom(seed: 5)
        var expected: [(UInt64, Int)] = []
        for number in 0..<2_000 {
            let time = random.in(0...50)
            queue.add(number, at: time)
            expected.append((time, number))
        }
        expected.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        for (time, number) in expected {
            #expect(queue.nextTime == time)
            let next = queue.next()
            #expect(next?.time == time)
            #expect(next?.event == number)
        }
        #expect(queue.next() == nil)
        #expect(queue.count == 0)
    }

    @Test("adding while taking keeps the order")
    func interleaved() {
        var queue = EventQueue<UInt64>()
        var random = SeededRandom(seed: 6)
        for _ in 0..<100 { queue.add(0, at: random.in(0...1_000)) }
        var last: UInt64 = 0
        var taken = 0
        while let (time, _) = queue.next() {
            #expect(time >= last)
            last = time
            taken += 1
            if taken < 3_000 { queue.add(0, at: time + random.in(0...100)) }
        }
        #expect(taken == 3_099)
    }
}

@Suite("Simulated clock")
struct SimulatedClockTests {
    @Test("a timer set for an uptime is never early", arguments: [-500, -1, 0, 1, 500])
    func timers(drift: Int) {
        let clock = SimulatedClock(bornAt: 1_234_567, uptimeAtBirth: 77_000_000, drift: Int64(drift), wallOffset: 0)
        var random = SeededRandom(seed: 9)
        for _ in 0..<500 {
            let uptime = 77_000_000 + random.in(0...10_000_000_000)
            let time = clock.time(ofUptime: uptime)
            #expect(clock.uptime(at: time) >= uptime)
            #expect(time == 1_234_567 || clock.uptime(at: time - 1) < uptime)
        }
    }

    @Test("chance comes as often as it should")
    func intervals() {
        var random = SeededRandom(seed: 10)
        let sum = (0..<20_000).reduce(0.0) { sum, _ in sum + Double(random.interval(perMinute: 60)) }
        #expect(abs(sum / 20_000 / 1_000_000 - 1) < 0.05)
    }
}
