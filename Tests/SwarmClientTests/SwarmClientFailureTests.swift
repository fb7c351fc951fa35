import Logging
import ServiceLifecycleTestKit
import Swarm
import SwarmClient
import SwarmCore
import Testing

@Suite struct SwarmClientFailureTests {
    private static let overloaded =
        #"{"error":"overloaded","message":"later","retryable":true,"may_have_executed":false}"#
    private static let sent = #"{"name":"x","sent":true}"#

    @Test func aClusterThatIsNotThereIsWaitedForAndReported() async throws {
        let client = try SwarmClient(
            configuration: .init(cluster: "nobody"), broker: .inMemory(InMemoryBroker()), logger: TestCluster.quiet)
        let error = await #expect(throws: SwarmError.self) {
            try await client.run { client in try await client.lookup("x", timeout: .milliseconds(300)) }
        }
        #expect(error?.code == .notReady)
        #expect(error?.mayHaveExecuted == false)
        #expect(error?.isRetryable == true)
    }

    @Test func aBrokerThatIsDownIsReported() async throws {
        let broker = InMemoryBroker()
        broker.stop()
        let client = try SwarmClient(configuration: .init(), broker: .inMemory(broker), logger: TestCluster.quiet)
        let error = await #expect(throws: SwarmError.self) {
            try await client.run { client in try await client.lookup("x", timeout: .milliseconds(300)) }
        }
        #expect(error?.code == .disconnected)
        #expect(error?.mayHaveExecuted == false)
    }

    @Test func aClusterThatComesLateIsReachedWithinTheTimeout() async throws {
        let broker = InMemoryBroker()
        let client = try SwarmClient(configuration: .init(), broker: .inMemory(broker), logger: TestCluster.quiet)
        let node = try TestCluster.node("a", broker)
        let members = try await client.run { client in
            async let members = client.nodes(timeout: .seconds(60))
            let running = Task { try await node.run() }
            defer { running.cancel() }
            return try await members
        }
        #expect(members.map(\.node) == ["a"])
    }

    @Test func theBrokerMayBeRestartedInBetween() async throws {
        try await TestCluster.run { cluster in
            try await cluster.client.register("x", kind: "tally", arguments: TallyArguments(start: 4))
            cluster.broker.restart()
            #expect(try await cluster.client.call("x", Tally.Message.get, as: Int.self, timeout: .seconds(60)) == 4)
        }
    }

    @Test func whatWasNotExecutedIsAskedAgain() async throws {
        let link = ScriptedLink(
            .answers([Self.overloaded]), .fails(SwarmError(.disconnected, "no node")), .answers([Self.overloaded]),
            .answers([Self.sent]))
        try await link.client().send("x", 1, timeout: .seconds(60))
        #expect(link.asked.map(\.key) == ["send", "send", "send", "send"])
    }

    @Test func whatMayHaveBeenExecutedIsNotAskedAgain() async throws {
        let lost = SwarmError(.uncertain, "connection lost", mayHaveExecuted: true)
        let link = ScriptedLink(.fails(lost), .answers([Self.sent]))
        let error = await #expect(throws: SwarmError.self) { try await link.client().send("x", 1) }
        #expect(error == lost)
        #expect(link.asked.count == 1)

        let answered = ScriptedLink(
            .answers([#"{"error":"overloaded","message":"?","may_have_executed":true}"#]), .answers([Self.sent]))
        await #expect(throws: SwarmError.self) { try await answered.client().send("x", 1) }
        #expect(answered.asked.count == 1)
    }

    @Test func readingIsRepeatedAfterALostConnection() async throws {
        let link = ScriptedLink(
            .fails(SwarmError(.uncertain, "connection lost", mayHaveExecuted: true)),
            .answers([#"{"error":"not_found","message":"no such name","may_have_executed":false}"#]))
        let found = try await link.client().lookup("x", timeout: .seconds(60))
        #expect(found == nil)
        #expect(link.asked.count == 2)
    }

    @Test func refusalsAreNotAskedAgain() async throws {
        let link = ScriptedLink(.answers([#"{"error":"no_quorum","message":"too few","may_have_executed":false}"#]))
        let error = await #expect(throws: SwarmError.self) { try await link.client().send("x", 1) }
        #expect(error?.code == .noQuorum)
        #expect(link.asked.count == 1)
    }

    @Test func theLastReasonIsGivenWhenTheTimeIsOver() async throws {
        let link = ScriptedLink(.answers([Self.overloaded]))
        let error = await #expect(throws: SwarmError.self) {
            try await link.client().send("x", 1, timeout: .milliseconds(200))
        }
        #expect(error?.code == .overloaded)
        #expect(error?.message == "later")
        #expect(link.asked.count > 1)
    }

    @Test func silenceIsATimeout() async throws {
        let error = await #expect(throws: SwarmError.self) {
            try await ScriptedLink(.silent).client().send("x", 1, timeout: .milliseconds(50))
        }
        #expect(error?.code == .timeout)
        #expect(error?.mayHaveExecuted == true)
    }

    @Test func anErrorOfALaterVersionKeepsItsText() async throws {
        let link = ScriptedLink(.answers([#"{"error":"brand_new","message":"what now","may_have_executed":true}"#]))
        let error = await #expect(throws: SwarmError.self) { try await link.client().send("x", 1) }
        #expect(error?.code == .uncertain)
        #expect(error?.message == "brand_new: what now")
    }

    @Test(arguments: ["", "[]", "nonsense", #"{"items":{}}"#, #"{"error":7}"#])
    func anUnreadableAnswerIsAnError(_ body: String) async throws {
        let link = ScriptedLink(.answers([body]))
        let error = await #expect(throws: SwarmError.self) { try await link.client().nodes() }
        #expect(error?.code == .decodingFailed)
        #expect(link.asked.count == 1)
    }

    @Test(arguments: [
        #"{"items":[{"name":"x"}],"more":false}"#, #"{"items":[{"name":"x","node":"a","token":"?"}],"more":false}"#,
        #"{"items":[7],"more":false}"#,
    ]) func anItemThatLacksSomethingIsAnError(_ body: String) async throws {
        let error = await #expect(throws: SwarmError.self) {
            try await ScriptedLink(.answers([body])).client().registrations()
        }
        #expect(error?.code == .decodingFailed)
    }

    @Test func anAnswerWithoutItsLastPartIsATimeout() async throws {
        let link = ScriptedLink(.answers([#"{"items":[],"more":true}"#]))
        let error = await #expect(throws: SwarmError.self) { try await link.client().registrations() }
        #expect(error?.code == .timeout)
    }

    @Test func aMissingPartIsAskedForAgain() async throws {
        let (first, third, last) = (
            #"{"items":[],"part":0,"more":true}"#, #"{"items":[],"part":2,"more":false}"#,
            #"{"items":[],"part":1,"more":false}"#
        )
        let link = ScriptedLink(.answers([first, third]), .answers([last]), .answers([first, last]))
        #expect(try await link.client().registrations(timeout: .seconds(60)).isEmpty)
        #expect(link.asked.count == 3)
        // Not so where that would execute something again.
        let calls = ScriptedLink(.answers([third]))
        let error = await #expect(throws: SwarmError.self) { try await calls.client().multiCall("g", 1, as: Int.self) }
        #expect(error?.code == .uncertain)
        #expect(calls.asked.count == 1)
    }

    @Test func aClientRunsOnce() async throws {
        let client = try ScriptedLink(.answers([Self.sent])).client()
        // It may be used before it runs.
        try await client.send("x", 1)
        try await client.run { client in try await client.send("x", 1) }
        let again = await #expect(throws: SwarmError.self) { try await client.run() }
        #expect(again?.code == .invalidArgument)
        let late = await #expect(throws: SwarmError.self) { try await client.send("x", 1) }
        #expect(late?.code == .stopped)
    }

    @Test func aGracefulShutdownEndsTheClientInOrder() async throws {
        let client = try ScriptedLink(.silent).client()
        try await testGracefulShutdown { trigger in
            async let running: Void = client.run()
            trigger.triggerGracefulShutdown()
            try await running
        }
        let late = await #expect(throws: SwarmError.self) { try await client.send("x", 1) }
        #expect(late?.code == .stopped)
    }

    @Test func aMessageAboveTheLimitIsNotSent() async throws {
        let link = ScriptedLink(.answers([Self.sent]))
        var configuration = SwarmClientConfiguration()
        configuration.messageBytes = 1_000
        let client = try link.client(configuration)
        let error = await #expect(throws: SwarmError.self) {
            try await client.send("x", String(repeating: "x", count: 70_000))
        }
        #expect(error?.code == .tooLarge)
        #expect(link.asked.isEmpty)
    }

    @Test func cancellingGivesARequestUp() async throws {
        let link = ScriptedLink(.silent)
        let client = try link.client()
        let task = Task { try await client.send("x", 1, timeout: .seconds(300)) }
        while link.asked.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func badOptionsAreRefused() {
        var configurations = [SwarmClientConfiguration(cluster: "a b"), .init(), .init(), .init(), .init()]
        configurations[1].requestTimeout = .zero
        configurations[2].requestsUnderWay = 0
        configurations[3].requestLimit = 0
        configurations[4].messageBytes = -1
        for configuration in configurations {
            let error = #expect(throws: SwarmError.self) { try ScriptedLink(.silent).client(configuration) }
            #expect(error?.code == .invalidArgument)
        }
    }
}
