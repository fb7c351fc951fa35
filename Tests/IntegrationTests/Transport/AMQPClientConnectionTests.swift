import Logging
import Swarm
import SwarmAMQP
import SwarmCore
import Testing

/// A thin client asks through a real broker; a node's transport that echoes stands for the cluster.
@Suite(.timeLimit(.minutes(5)))
struct AMQPClientConnectionTests {
    private let url: String
    private let cluster = BrokerFixture.cluster()

    init() throws { url = try BrokerFixture.url() }

    private func client(_ url: String? = nil) -> AMQPClientConnection {
        AMQPClientConnection(url ?? self.url, cluster: cluster, name: "test", logger: Logger(label: "test"))
    }

    /// Runs a client while `body` lasts.
    private func withClient<Result: Sendable>(
        _ url: String? = nil, _ body: @escaping @Sendable (AMQPClientConnection) async throws -> Result
    ) async throws -> Result {
        let client = client(url)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await client.run()
                return nil
            }
            group.addTask { try await body(client) }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw CancellationError()
        }
    }

    /// A node that answers every request with its body, `times` times, except those with the key `ignore`.
    private func withEcho(times: Int = 1, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let node = TransportHarness(url: url, cluster: cluster)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await node.transport.run { event in
                    node.events.record(event)
                    guard case .received(let frame) = event, frame.lane == .request else { return }
                    if let receipt = frame.receipt { node.transport.acknowledge(receipt) }
                    guard let queue = frame.replyTo, frame.key != "ignore" else { return }
                    for _ in 0..<times {
                        node.transport.publish(
                            OutboundFrame(
                                to: .queue(queue), lane: .request, body: frame.body, contentType: frame.contentType,
                                correlationID: frame.correlationID))
                    }
                }
            }
            group.addTask {
                try await node.events.connected()
                node.transport.serveRequests(true)
                node.transport.bind(.group("g"))
                // Applied in order: when this stands, requests are served, or about to be with the next answer.
                try await node.events.bound(.group("g"))
                try await body()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Asks until the node has declared the queue.
    private func ask(_ client: AMQPClientConnection, _ body: [UInt8]) async throws -> ClientReply {
        while true {
            do {
                return try await client.request(ClientMessage(key: "echo", body: body), timeout: .seconds(20))
            } catch let error as SwarmError where error.code == .disconnected { continue }
        }
    }

    @Test func asksAndIsAnswered() async throws {
        try await withEcho {
            let reply = try await withClient { try await ask($0, [1, 2, 3]) }
            #expect(reply.body == [1, 2, 3])
            #expect(reply.contentType == "application/json")
            #expect(reply.userID == "guest")
        }
    }

    @Test func pipelinesThousandsInOrder() async throws {
        try await withEcho {
            let answers = try await withClient { client in
                _ = try await ask(client, [])
                let questions = AsyncStream { continuation in
                    for number in 0..<3_000 {
                        continuation.yield(ClientMessage(key: "echo", body: Array("\(number)".utf8)))
                    }
                    continuation.finish()
                }
                var answers: [String] = []
                for try await result in client.pipeline(questions, timeout: .seconds(30)) {
                    answers.append(String(decoding: try result.get().body, as: UTF8.self))
                }
                return answers
            }
            #expect(answers == (0..<3_000).map(String.init))
        }
    }

    @Test func givesEveryAnswerUntilTheTimeIsOver() async throws {
        try await withEcho(times: 3) {
            let count = try await withClient { client in
                _ = try await ask(client, [])
                var count = 0
                for try await reply in client.replies(to: ClientMessage(key: "echo", body: [9]), for: .seconds(2)) {
                    #expect(reply.body == [9])
                    count += 1
                }
                return count
            }
            #expect(count == 3)
        }
    }

    @Test func saysSoWhenNoNodeWasEverThere() async throws {
        let error = await #expect(throws: SwarmError.self) {
            try await withClient { try await $0.request(ClientMessage(key: "x", body: []), timeout: .seconds(20)) }
        }
        #expect(error?.code == .disconnected)
        #expect(error?.message.contains("No node of cluster '\(cluster)' answers") == true)
    }

    @Test func saysSoWhenNobodyServes() async throws {
        let node = TransportHarness(url: url, cluster: cluster)
        try await node.run { node in
            try await node.events.connected()
            let error = await #expect(throws: SwarmError.self) {
                try await withClient { try await $0.request(ClientMessage(key: "x", body: []), timeout: .seconds(20)) }
            }
            #expect(error?.code == .disconnected)
            #expect(error?.mayHaveExecuted == false)
        }
    }

    @Test func timesOutWhenNobodyAnswers() async throws {
        try await withEcho {
            let error = await #expect(throws: SwarmError.self) {
                try await withClient { client in
                    _ = try await ask(client, [])
                    _ = try await client.request(ClientMessage(key: "ignore", body: []), timeout: .milliseconds(300))
                }
            }
            #expect(error?.code == .timeout)
            #expect(error?.mayHaveExecuted == true)
        }
    }

    @Test func publishesToGroupsAndKnowsWhetherAnybodyListens() async throws {
        let node = TransportHarness(url: url, cluster: cluster)
        try await node.run { node in
            try await node.events.connected()
            node.transport.bind(.group("g"))
            try await node.events.bound(.group("g"))
            try await withClient { client in
                for number in 0..<100 {
                    let message = ClientMessage(to: .groups, key: "g", body: [UInt8(number)])
                    let isHeard = try await client.publish(message, timeout: .seconds(20))
                    #expect(isHeard)
                }
                let message = ClientMessage(to: .groups, key: "h", body: [])
                let isHeard = try await client.publish(message, timeout: .seconds(20))
                #expect(!isHeard)
            }
            for number in 0..<100 { #expect(try await node.events.received().body == [UInt8(number)]) }
        }
    }

    @Test func endsWaitsWhenCancelled() async throws {
        try await withEcho {
            try await withClient { client in
                _ = try await ask(client, [])
                let waiting = Task {
                    try await client.request(ClientMessage(key: "ignore", body: []), timeout: .seconds(60))
                }
                _ = try await ask(client, [])
                waiting.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
            }
        }
    }

    @Test func endsWaitsWhenItEnds() async throws {
        let client = client()
        let run = Task { try await client.run() }
        let node = TransportHarness(url: url, cluster: cluster)
        try await node.run { node in
            try await node.events.connected()
            node.transport.serveRequests(true)
            let answer = Task { try await ask(client, []) }
            let request = try await node.events.received()
            #expect(request.key == "echo")
            run.cancel()
            await #expect(throws: SwarmError.self) { try await answer.value }
            await #expect(throws: SwarmError.self) {
                try await client.request(ClientMessage(key: "x", body: []), timeout: .seconds(20))
            }
        }
        try await run.value
    }

    @Test func failsWithTheReasonWhenThereIsNoBroker() async throws {
        let error = await #expect(throws: SwarmError.self) {
            try await withClient("amqp://127.0.0.1:1") {
                try await $0.request(ClientMessage(key: "x", body: []), timeout: .milliseconds(500))
            }
        }
        #expect(error?.code == .disconnected)
        #expect(error?.message.contains("127.0.0.1:1") == true)
    }

    @Test func timesOutEvenIfItNeverRuns() async throws {
        let error = await #expect(throws: SwarmError.self) {
            try await client().request(ClientMessage(key: "x", body: []), timeout: .milliseconds(100))
        }
        #expect(error?.code == .disconnected)
    }

    @Test func tellsEverybodyThatAccessIsRefused() async throws {
        let wrong = url.replacing("guest:guest@", with: "guest:wrong@")
        let client = client(wrong)
        let waiting = Task { try await client.request(ClientMessage(key: "x", body: []), timeout: .seconds(20)) }
        let ran = await #expect(throws: SwarmError.self) { try await client.run() }
        let waited = await #expect(throws: SwarmError.self) { try await waiting.value }
        #expect(ran?.code == .accessRefused)
        #expect(waited?.code == .accessRefused)
    }
}
