import Testing

@testable import Swarm

@Suite struct LogLimiterTests {
    @Test func oneLineAMinuteASubject() {
        let limiter = LogLimiter()
        #expect(limiter.admit("a", now: 0) == 0)
        #expect(limiter.admit("a", now: 1) == nil)
        #expect(limiter.admit("a", now: 59_999_999) == nil)
        #expect(limiter.admit("b", now: 2) == 0)
        #expect(limiter.admit("a", now: 60_000_000) == 2)
        #expect(limiter.admit("a", now: 60_000_001) == nil)
    }

    @Test func theTableIsBounded() {
        let limiter = LogLimiter()
        for number in 0..<10_000 { #expect(limiter.admit("\(number)", now: 0) == 0) }
    }
}
