import Testing

@testable import SwarmAMQP

struct BackoffTests {
    @Test func growsToItsLimit() {
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(5))
        let longest = (0..<10).map { _ in backoff.next(random: .max) }
        #expect(
            longest
                == [200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000, 5_000].map { Duration.milliseconds($0) })
        backoff.reset()
        #expect(on(&backoff) { $0.next(random: .max) } == .milliseconds(200))
    }

    @Test func neverRetriesAtOnce() {
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(5))
        for _ in 0..<100 { #expect(on(&backoff) { $0.next(random: 0) } == .milliseconds(100)) }
    }

    @Test func spreadsEvenly() {
        var sum = Duration.zero
        for step in 0..<1_000 {
            var backoff = Backoff(base: .milliseconds(100), limit: .seconds(5))
            for _ in 0..<5 { _ = backoff.next(random: 0) }
            sum += backoff.next(random: UInt64(step) * (UInt64.max / 1_000))
        }
        #expect(sum / 1_000 > .milliseconds(2_500) && sum / 1_000 < .milliseconds(2_600))
    }
}
