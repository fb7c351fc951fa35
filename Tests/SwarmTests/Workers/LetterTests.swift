import Testing

@testable import Swarm

@Suite struct LetterTests {
    /// Who has the failure and asks again must not find the failed worker.
    @Test func theCellHearsOfAFailureBeforeTheCaller() async throws {
        var script = Script()
        script.onReceive = { _ in throw Refusal() }
        let body = TypedBody(try PlainWorker(.standalone(name: "a"), script: script))
        let slot = ReplySlot()
        let log = EventLog<Bool>()
        await TypedLetter<PlainWorker>(Note("x"), slot: slot).handle(by: body) { _ in
            log.record(slot.outcome == nil)
        }
        #expect(log.events == [true])
        guard case .failure(let error) = slot.outcome else {
            Issue.record("no answer")
            return
        }
        #expect((error as? SwarmError)?.code == .workerFailed)
    }
}
