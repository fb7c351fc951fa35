import SwarmCheckers
import Testing

/// A change that was acknowledged and does not show is found; one that another change explains is not.
@Suite("Attribute ledger")
struct AttributeLedgerTests {
    private let attribute = AttributeLedger.Attribute(name: NameID(0), key: "key")
    private let first = ProcessID(0)
    private let second = ProcessID(1)
    private var ledger = AttributeLedger()

    private mutating func write(_ operation: OperationID, _ value: String?, at time: UInt64, answeredAt: UInt64?) {
        ledger.invoked(operation, attribute, value: value, at: time)
        if let answeredAt { ledger.acknowledged(operation, witnesses: [first, second], at: answeredAt) }
    }

    private func lost(showing value: String?, alive: Set<ProcessID>? = nil) -> OperationID? {
        ledger.lost(attribute, showing: value, since: 5, alive: alive ?? [first, second])
    }

    @Test("the last acknowledged change shows")
    mutating func last() {
        write(1, "a", at: 10, answeredAt: 20)
        write(2, "b", at: 30, answeredAt: 40)
        #expect(lost(showing: "b") == nil)
        #expect(lost(showing: "a") == 2)
        #expect(lost(showing: nil) == 2)
    }

    @Test("of changes that overlap either may be the last")
    mutating func overlap() {
        write(1, "a", at: 10, answeredAt: 40)
        write(2, "b", at: 30, answeredAt: 35)
        #expect(lost(showing: "a") == nil)
        #expect(lost(showing: "b") == nil)
    }

    @Test("a change without an answer may show or not; one that failed may not")
    mutating func unclear() {
        write(1, "a", at: 10, answeredAt: nil)
        write(2, "b", at: 30, answeredAt: 40)
        #expect(lost(showing: "a") == nil)
        ledger.failed(1)
        #expect(lost(showing: "a") == 2)
    }

    @Test("nothing is promised of what only the dead had, or of what was asked for before the entry was there")
    mutating func excused() {
        write(1, "a", at: 10, answeredAt: 20)
        #expect(lost(showing: nil, alive: [ProcessID(2)]) == nil)
        #expect(lost(showing: nil, alive: [second]) == 1)
        #expect(ledger.lost(attribute, showing: nil, since: 10, alive: [first]) == nil)
    }
}
