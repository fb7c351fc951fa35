import Testing

@testable import SwarmAMQP

struct PendingRepliesTests {
    @Test func takesOutWhatIsDueInTheOrderOfAsking() {
        var pending = PendingReplies<String>()
        pending.add(1, "a", deadline: 30)
        pending.add(2, "b", deadline: 10)
        pending.add(3, "c", deadline: 20)
        #expect(pending.nextDeadline == 10)
        #expect(on(&pending) { $0.expire(now: 9) }.isEmpty)
        #expect(on(&pending) { $0.expire(now: 20) }.map(\.waiter) == ["b", "c"])
        #expect(pending.nextDeadline == 30)
        #expect(on(&pending) { $0.remove(1) }?.waiter == "a")
        #expect(on(&pending) { $0.remove(1) } == nil)
        #expect(on(&pending) { $0.expire(now: .max - 1) }.isEmpty)
        #expect(pending.count == 0)
        #expect(pending.nextDeadline == .max)
    }

    @Test func tellsWhatWasSentFromWhatWasNot() {
        var pending = PendingReplies<String>()
        pending.add(1, "a", deadline: 30)
        pending.add(2, "b", deadline: 30)
        #expect(on(&pending) { $0.markSent(2) })
        #expect(!on(&pending) { $0.markSent(3) })
        #expect(on(&pending) { $0.takeSent() }.map(\.waiter) == ["b"])
        #expect(on(&pending) { $0.takeAll() }.map(\.waiter) == ["a"])
    }
}
