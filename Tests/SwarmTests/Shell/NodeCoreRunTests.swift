import Logging
import ServiceLifecycle
import SwarmCore
import SwarmWire
import Testing

@testable import Swarm

@Suite(.timeLimit(.minutes(2))) struct NodeCoreRunTests {
    @Test func aGracefulShutdownHandsOverAndLeaves() async throws {
        let cluster = TestCluster("graceful")
        let staying = try cluster.node("a")
        let leaving = try cluster.node("b")
        let services = ServiceGroup(
            configuration: .init(services: [.init(service: leaving)], logger: TestCluster.logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { do { try await staying.run() } catch is CancellationError {} }
            try await staying.ready()
            let service = Task { try await services.run() }
            try await leaving.ready()
            try await eventually("they know each other") {
                staying.snapshot().members.filter { $0.state == .ready }.count == 2
            }
            for number in 0..<10 {
                _ = try await staying.register("x/\(number)", as: TestCounter.self).call(.add(amount: number))
            }
            try await eventually("both have some") { leaving.snapshot().workers > 0 }
            await services.triggerGracefulShutdown()
            try await service.value
            for number in 0..<10 {
                #expect(try await staying.ref("x/\(number)", as: TestCounter.self).call(.get) == number)
            }
            try await eventually("it has left") { staying.snapshot().members.count == 1 }
            group.cancelAll()
        }
    }

    @Test func aShutdownIsBoundedInTime() async throws {
        let cluster = TestCluster("bounded")
        let node = try cluster.node("a") { $0.timeouts.drain = .milliseconds(100) }
        let services = ServiceGroup(configuration: .init(services: [.init(service: node)], logger: TestCluster.logger))
        let service = Task { try await services.run() }
        try await node.ready()
        try await node.register("slow", as: TestCounter.self)
        let call = Task { try await node.ref("slow", as: TestCounter.self).call(.wait, timeout: .seconds(60)) }
        cluster.broker.stop()
        await services.triggerGracefulShutdown()
        try await service.value
        await #expect(throws: (any Error).self) { _ = try await call.value }
    }

    @Test func whoeverWaitsIsToldWhenTheNodeStops() async throws {
        let cluster = TestCluster("waiting")
        let node = try cluster.node("a")
        let run = Task { try await node.run() }
        try await node.ready()
        try await node.register("slow", as: TestCounter.self)
        let direct = Task { try await node.ref("slow", as: TestCounter.self).call(.wait, timeout: .seconds(60)) }
        let waiting = Task {
            try await node.core.deliver(Array(#"{"get":{}}"#.utf8), to: "slow", oneWay: false, timeout: .seconds(60))
        }
        try await eventually("both wait") { node.snapshot().requestsWaiting == 1 }
        run.cancel()
        await #expect(throws: (any Error).self) { _ = try await direct.value }
        #expect(await code { _ = try await waiting.value } == .stopped)
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(node.core.runtime.count == 0, "no worker outlives its node")
    }

    @Test func framesThatAreNotFromNodesAreDroppedAndLoggedOnce() async throws {
        let cluster = TestCluster("hostile")
        let capture = LogCapture()
        var configuration = cluster.configuration("a")
        configuration.trust.clusterUsers = ["swarm"]
        let node = try SwarmNode(
            configuration: configuration, transport: cluster.broker, workers: [TestCounter.self], logger: capture.logger
        )
        cluster.broker.setUser("swarm", ofNode: "a")
        try await withRunning([node]) {
            let stranger = cluster.broker.makeClient(cluster: cluster.name, user: "guest")
            let insider = cluster.broker.makeClient(cluster: cluster.name, user: "swarm")
            let farewell = try WireCodec.encode(
                Frame(sender: Sender(node: node.id, life: 0), messages: [.farewell(Farewell(sequence: 9))]))
            for _ in 0..<50 {
                try stranger.publish(
                    OutboundFrame(to: .exchange(.control, key: TransportKey.all), lane: .control, body: farewell))
                try insider.publish(
                    OutboundFrame(to: .exchange(.control, key: TransportKey.all), lane: .control, body: [1, 2, 3]))
            }
            try await eventually("they have been seen") {
                !capture.lines(containing: "who may not send it").isEmpty
                    && !capture.lines(containing: "unreadable").isEmpty
            }
            try await node.register("x", as: TestCounter.self)
            #expect(capture.lines(containing: "who may not send it").count == 1)
            let line = try #require(capture.lines(containing: "unreadable").first)
            #expect(capture.lines(containing: "unreadable").count == 1)
            #expect(line.metadata[LoggingKeys.node] == "a")
            #expect(line.metadata[LoggingKeys.user] == "swarm")
        }
    }

    @Test func theBrokersReturnIsSurvived() async throws {
        try await withNodes(["a", "b"]) { cluster, nodes in
            for number in 0..<6 {
                try await nodes[0].register("x/\(number)", as: TestCounter.self, groups: ["g"])
                _ = try await nodes[0].ref("x/\(number)", as: TestCounter.self).call(.add(amount: 1))
            }
            cluster.broker.restart()
            for number in 0..<6 {
                #expect(try await nodes[1].ref("x/\(number)", as: TestCounter.self).call(.add(amount: 1)) == 2)
            }
            try await eventually("both trust themselves again") { nodes.allSatisfy { $0.snapshot().isHealthy } }
            // The bindings are there again.
            for number in 0..<6 {
                let ref = nodes[0].ref("x/\(number)", as: TestCounter.self)
                while try await ref.call(.get) < 3 {
                    try await nodes[1].publish(TestCounter.Message.add(amount: 1), to: "g")
                }
            }
        }
    }
}
