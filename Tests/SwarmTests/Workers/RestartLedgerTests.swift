import Testing

@testable import Swarm

@Suite struct RestartLedgerTests {
    func ledger() -> RestartLedger {
        RestartLedger(first: .milliseconds(100), longest: .seconds(1), reset: .seconds(60))
    }

    @Test func doublesUpToTheLongest() {
        var ledger = ledger()
        let backoffs = (0..<6).map { ledger.backoff(of: "a", now: .seconds($0)) }
        #expect(backoffs == [100, 200, 400, 800, 1_000, 1_000].map { .milliseconds($0) })
        let other = ledger.backoff(of: "b", now: .seconds(6))
        #expect(other == .milliseconds(100))
    }

    @Test func startsAnewAfterAQuietTime() {
        var ledger = ledger()
        _ = ledger.backoff(of: "a", now: .zero)
        _ = ledger.backoff(of: "a", now: .seconds(1))
        let later = ledger.backoff(of: "a", now: .seconds(100))
        #expect(later == .milliseconds(100))
    }

    @Test func neverOverflows() {
        var ledger = ledger()
        var last = Duration.zero
        for _ in 0..<1_000 { last = ledger.backoff(of: "a", now: .zero) }
        #expect(last == .seconds(1))
    }

    @Test func staysBounded() {
        var ledger = ledger()
        for number in 0..<(3 * RestartLedger.limit) { _ = ledger.backoff(of: "\(number)", now: .zero) }
        #expect(ledger.count <= RestartLedger.limit)
    }
}
