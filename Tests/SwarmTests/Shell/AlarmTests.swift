import Testing

@testable import Swarm

@Suite struct AlarmTests {
    /// Which of these (time wanted, now) need a sleeper of their own.
    private func armed(_ steps: [(UInt64, UInt64)]) -> [Bool] {
        var alarm = Alarm()
        return steps.map { alarm.arm($0.0, now: $0.1) }
    }

    @Test func aLaterTimeNeedsNoSleeperUntilTheFirstHasFired() {
        #expect(armed([(100, 0), (100, 0), (200, 50), (200, 100)]) == [true, false, false, true])
    }

    @Test func anEarlierTimeNeedsOneAndTheLaterIsKept() {
        #expect(armed([(100, 0), (50, 0), (100, 60)]) == [true, true, false])
    }
}
