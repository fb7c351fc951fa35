import SwarmCheckers
import Testing

/// What is promised of a registration, and as long as whom.
@Suite("Birth ledger")
struct BirthLedgerTests {
    private let name = NameID(0)
    private let birth: BirthID = 7
    private let first = ProcessID(0)
    private let second = ProcessID(1)
    private let third = ProcessID(2)
    private var ledger = BirthLedger()

    init() {
        ledger.registerInvoked(birth, name, isRestartable: true, isPinned: false, keepsState: true, at: 1)
        ledger.registerAcknowledged(birth, witnesses: [first, second], at: 2)
    }

    private func token(_ clock: UInt64) -> FencingToken { FencingToken(clock: clock, incarnation: 1, node: "a") }

    @Test("a name has to live as long as one node that showed it")
    mutating func witnesses() {
        ledger.seen(birth, token(1), by: third)
        ledger.processEnded(alive: [third])
        #expect(ledger.mustLive(name))
        ledger.processEnded(alive: [ProcessID(3)])
        #expect(!ledger.mustLive(name))
    }

    /// Seed 128342: a node that was cut off all the while showed where it had been before, and the others had all left.
    @Test("after a move, as long as one node that showed it at its new place, or its old host")
    mutating func witnessesOfAMove() {
        ledger.seen(birth, token(1), by: third)
        ledger.handedOver(birth, token(1), by: first)
        ledger.seen(birth, token(1), by: third)
        ledger.seen(birth, token(2), by: second)
        ledger.processEnded(alive: [second, third])
        #expect(ledger.mustLive(name))
        ledger.processEnded(alive: [third])
        #expect(!ledger.mustLive(name))
    }

    @Test("an unregistered name must not live, as long as a node that had applied it")
    mutating func unregistered() {
        ledger.unregisterInvoked(8, name, at: 3)
        #expect(!ledger.mustLive(name))
        ledger.unregisterAcknowledged(8, name, birth: birth, witnesses: [first], at: 4)
        #expect(ledger.mustNotLive(birth))
        ledger.processEnded(alive: [second])
        #expect(!ledger.mustNotLive(birth))
    }
}
