import Swarm
import SwarmTesting
import Testing

@Suite("One worker on a node")
struct WithWorkerTests {
    @Test("a worker runs on a node")
    func oneLine() async throws {
        try await withWorker(Counter.self) { counter, node in
            let total = try await counter.call(.add(amount: 3))
            #expect(total == 3)
            #expect(node.lookup("worker")?.kind == "counter")
        }
    }

    @Test("arguments, name and groups go through")
    func details() async throws {
        try await withWorker(
            Account.self, arguments: .init(balance: 5), name: "account/1", groups: ["accounts"]
        ) { account, node in
            #expect(node.members(of: "accounts").map(\.name) == ["account/1"])
            let reply = try await account.call(2)
            #expect(reply == "account/1 7")
        }
    }

    @Test("what init and body throw comes out, and leaves no node behind")
    func errors() async throws {
        let refusal = await #expect(throws: SwarmError.self) {
            try await withWorker(Account.self, arguments: .init(balance: -1)) { _, _ in }
        }
        #expect(refusal?.code == .startFailed)
        await #expect(throws: Account.Failure.self) {
            try await withWorker(Counter.self) { _, _ in throw Account.Failure() }
        }
    }
}
