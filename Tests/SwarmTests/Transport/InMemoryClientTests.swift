import Swarm
import SwarmCore
import SwarmTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct InMemoryClientTests {
    let broker = InMemoryBroker()

    private func node(_ name: String) -> TransportPeer {
        TransportPeer(name, cluster: "c", in: TransportEnvironment(transport: broker, user: "swarm"))
    }

    @Test func publishesToGroupsAsAnyClientWould() async throws {
        let a = node("a")
        try await a.connect()
        let client = broker.makeClient(cluster: "c", user: "outsider")
        #expect(try !client.publish(Array("{}".utf8), to: "sensors"))
        try await a.bind(.group("sensors"))
        #expect(try client.publish(Array("{}".utf8), to: "sensors", headers: ["id": "7"]))
        let frame = try await a.frame("{}")
        #expect(frame.exchange == .groups)
        #expect(frame.userID == "outsider")
        #expect(frame.contentType == "application/json")
        #expect(frame.headers == ["id": "7"])
        #expect(try !broker.makeClient(cluster: "other").publish([], to: "sensors"))
        await a.stop()
    }

    @Test func asksAndIsAnswered() async throws {
        let a = node("a")
        a.connection.serveRequests(true)
        try await a.connect()
        let client = broker.makeClient(cluster: "c")
        let answering = Task {
            let asked = try await a.frame("question")
            #expect(asked.exchange == .requests)
            #expect(asked.key == "lookup")
            let replyTo = try #require(asked.replyTo)
            for body in ["answer", "second answer, which nobody waits for"] {
                try a.send(
                    OutboundFrame(
                        to: .queue(replyTo), lane: .request, body: Array(body.utf8), correlationID: asked.correlationID)
                )
            }
            try a.send(OutboundFrame(to: .queue(replyTo), lane: .request, body: [], correlationID: "unknown"))
        }
        let answer = try await client.request("lookup", body: Array("question".utf8), timeout: .seconds(30))
        #expect(answer.body == Array("answer".utf8))
        #expect(answer.exchange == nil)
        #expect(answer.userID == "swarm")
        try await answering.value
        await a.stop()
    }

    @Test func hearsEveryAnswerToOneRequest() async throws {
        let a = node("a")
        a.connection.serveRequests(true)
        try await a.connect()
        let client = broker.makeClient(cluster: "c")
        let replies = client.replies(
            to: OutboundFrame(to: .exchange(.requests, key: "list"), lane: .request, body: Array("all".utf8)),
            timeout: .seconds(60))
        let asked = try await a.frame("all")
        for part in ["1", "2", "3"] {
            try a.send(
                OutboundFrame(
                    to: .queue(try #require(asked.replyTo)), lane: .request, body: Array(part.utf8),
                    correlationID: asked.correlationID))
        }
        var parts: [String] = []
        for try await reply in replies {
            parts.append(String(decoding: reply.body, as: UTF8.self))
            if parts.count == 3 { break }
        }
        #expect(parts == ["1", "2", "3"])
        broker.restart()
        await #expect(throws: SwarmError.self) {
            let lost = client.replies(to: OutboundFrame(to: .queue("nobody"), lane: .request, body: []))
            for try await _ in lost {}
        }
        await a.stop()
    }

    @Test func learnsThatNobodyTakesRequests() async throws {
        let client = broker.makeClient(cluster: "c")
        let error = await #expect(throws: SwarmError.self) {
            try await client.request("lookup", body: [], timeout: .seconds(30))
        }
        #expect(error?.code == .notReady)
        #expect(error?.mayHaveExecuted == false)
    }

    @Test func givesUpAfterItsTime() async throws {
        let a = node("a")
        a.connection.serveRequests(true)
        try await a.connect()
        let client = broker.makeClient(cluster: "c")
        let error = await #expect(throws: SwarmError.self) {
            try await client.request("lookup", body: [], timeout: .milliseconds(1))
        }
        #expect(error?.code == .timeout)
        #expect(error?.mayHaveExecuted == true)
        await a.stop()
    }

    @Test func cancellationAndLossEndRequests() async throws {
        let a = node("a")
        a.connection.serveRequests(true)
        try await a.connect()
        let client = broker.makeClient(cluster: "c")
        let cancelled = Task { try await client.request("x", body: Array("one".utf8), timeout: .seconds(60)) }
        try await a.frame("one")
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.request("x", body: Array("two".utf8), timeout: .seconds(60))
        }
        await #expect(throws: CancellationError.self) { try await early.value }

        let lost = Task { try await client.request("x", body: Array("three".utf8), timeout: .seconds(60)) }
        try await a.frame("three")
        broker.restart()
        let error = await #expect(throws: SwarmError.self) { try await lost.value }
        #expect(error?.code == .disconnected)
        #expect(error?.mayHaveExecuted == true)
        await a.stop()
    }

    @Test func listensToGroups() async throws {
        let a = node("a")
        try await a.connect()
        let client = broker.makeClient(cluster: "c")
        let messages = try client.messages(of: "sensors.*")
        try a.send("other", to: .groups, "other", lane: .group)
        try a.send("reading", to: .groups, "sensors.eu", lane: .group)
        var iterator = messages.makeAsyncIterator()
        let frame = try #require(await iterator.next())
        #expect(frame.body == Array("reading".utf8))
        #expect(frame.key == "sensors.eu")
        client.disconnect()
        #expect(await iterator.next()?.key == nil)
        await a.stop()
    }

    @Test func isGoneWhenForgotten() async throws {
        let a = node("a")
        try await a.connect()
        do {
            let client = broker.makeClient(cluster: "c")
            let messages = try client.messages(of: "g")
            try a.send("heard", to: .groups, "g", lane: .group, returnID: 1)
            var iterator = messages.makeAsyncIterator()
            #expect(await iterator.next() != nil)
        }
        try a.send("unheard", to: .groups, "g", lane: .group, returnID: 2)
        try await a.returned(2)
        try a.refuteReturned(1)
        await a.stop()
    }
}
