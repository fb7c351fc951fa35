import Testing

@testable import Swarm

@Suite(.timeLimit(.minutes(1))) struct TimerQueueTests {
    let clock = TestClock()
    let fired = EventLog<Int>()

    @Test func firesInOrderOfTime() async {
        let timers = TimerQueue(clock: clock)
        for second in [3, 1, 2] { timers.schedule(after: .seconds(second)) { fired.record(second) } }
        clock.advance(by: .seconds(5))
        #expect(await fired.wait { $0.count == 3 ? $0 : nil } == [1, 2, 3])
        #expect(timers.count == 0)
    }

    @Test func anEarlierOneIsNotLate() async {
        let timers = TimerQueue(clock: clock)
        timers.schedule(after: .seconds(100)) { fired.record(100) }
        timers.schedule(after: .seconds(1)) { fired.record(1) }
        clock.advance(by: .seconds(1))
        await fired.wait(for: 1)
        timers.schedule(after: .seconds(1)) { fired.record(2) }
        clock.advance(by: .seconds(1))
        await fired.wait(for: 2)
        #expect(fired.events == [1, 2])
    }

    @Test func cancelledOnesDoNotFire() async {
        let timers = TimerQueue(clock: clock)
        let ids = (0..<1_000).map { number in timers.schedule(after: .seconds(1)) { fired.record(number) } }
        for id in ids.dropLast() { timers.cancel(id) }
        #expect(timers.count == 1)
        clock.advance(by: .seconds(1))
        await fired.wait(for: 999)
        #expect(fired.events == [999])
    }

    @Test func canBeScheduledFromAnAction() async {
        let timers = TimerQueue(clock: clock)
        timers.schedule(after: .seconds(1)) {
            fired.record(1)
            timers.schedule(after: .seconds(1)) { fired.record(2) }
        }
        clock.advance(by: .seconds(1))
        await fired.wait(for: 1)
        await fired.wait { [clock] events in
            if events.contains(2) { return () }
            clock.advance(by: .seconds(1))
            return nil
        }
    }

    @Test func closedNothingFires() async {
        let timers = TimerQueue(clock: clock)
        timers.schedule(after: .seconds(1)) { fired.record(1) }
        timers.close()
        timers.schedule(after: .seconds(1)) { fired.record(2) }
        #expect(timers.count == 0)
        let other = TimerQueue(clock: clock)
        other.schedule(after: .seconds(2)) { fired.record(3) }
        clock.advance(by: .seconds(2))
        await fired.wait(for: 3)
        #expect(fired.events == [3])
    }

    @Test func worksOnTheRealClock() async {
        let timers = TimerQueue(clock: ContinuousClock())
        timers.schedule(after: .milliseconds(1)) { fired.record(1) }
        await fired.wait(for: 1)
    }
}
