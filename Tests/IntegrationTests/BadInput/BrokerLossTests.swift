import Foundation
import Swarm
import SwarmAMQP
import Testing

extension BadInput {
    @Suite struct BrokerLossTests {
        @Test func aWrongPasswordEndsTheNode() async throws {
            var url = try #require(URLComponents(string: try BrokerFixture.url()))
            url.user = "guest"
            url.password = "mistaken"
            let node = try SwarmNode(
                configuration: .init(name: "a", cluster: BrokerFixture.cluster()),
                transport: .amqp(try #require(url.string)), workers: [Tally.self], logger: FaultyCluster.logger("a"))
            let error = await failure { try await node.run() }
            #expect(error?.code == .accessRefused)
            #expect(error?.message.contains("refuses user 'guest'") == true)
            #expect(error?.message.contains("Check user and password") == true)
            #expect(error?.message.contains("mistaken") == false)
            #expect(error?.isRetryable == false)
            let later = await failure { try await node.register("x", as: Tally.self) }
            #expect(later?.code == .stopped)
            #expect(
                later?.message.contains("Check user and password") == true, "what ended it is told to who comes later")
        }

        @Test(arguments: Backend.allCases) func withoutABrokerANodeSaysSoAndWaits(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let node = try cluster.node("a")
                cluster.stopBroker()
                cluster.run(node)
                var error: SwarmError?
                repeat {
                    error = await failure {
                        try await node.register("x", as: Tally.self, timeout: .milliseconds(300))
                    }
                } while error?.code == .notRunning
                #expect(error?.code == .disconnected)
                #expect(error?.message.contains("check that it runs and is reachable") == true)
                #expect(error?.isRetryable == true)
                #expect(error?.mayHaveExecuted == false)
                #expect(node.lookup("x") == nil)
                #expect(!node.snapshot().isReady)
                #expect(!node.snapshot().isConnected)

                cluster.startBroker()
                try await node.ready()
                try await node.register("x", as: Tally.self)
                try await cluster.settled(["x"])
            }
        }

        /// The broker itself crashes, with all that it held in memory, and comes back at the same address.
        @Test func aBrokerThatCrashesIsWaitedFor() async throws {
            try await withPrivateBroker { broker in
                try await broker.start()
                let nodes = try ["a", "b"].map { name in
                    try SwarmNode(
                        configuration: .init(name: name, cluster: "crash"), transport: .amqp(broker.url),
                        workers: [Tally.self], logger: FaultyCluster.logger(name))
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for node in nodes { group.addTask { try await node.run() } }
                    group.addTask {
                        for node in nodes { try await node.ready() }
                        try await eventually("they know each other") {
                            nodes.allSatisfy { $0.snapshot().members.count { $0.state == .ready } == 2 }
                        }
                        let names = (1...40).map { "tally/\($0)" }
                        for name in names {
                            let ref = try await nodes[0].register(name, as: Tally.self, groups: ["g"])
                            _ = try await ref.call(.add(amount: 7))
                        }
                        try await broker.kill()
                        try await eventually("they notice") { nodes.allSatisfy { !$0.snapshot().isConnected } }
                        try await broker.start()
                        for name in names {
                            let total = try await nodes[1].ref(name, as: Tally.self).call(.get, timeout: .seconds(60))
                            #expect(total == 7, "\(name)")
                        }
                        #expect(nodes.map { $0.snapshot().workers }.reduce(0, +) == names.count)
                        // Registering and groups work as before.
                        try await eventually("one more can be registered") {
                            await failure { try await nodes[1].register("later", as: Tally.self, groups: ["g"]) } == nil
                        }
                        let totals = try await nodes[0].multiCall("g", Tally.Message.get, as: Int.self)
                        #expect(totals.count == names.count + 1)
                    }
                    // The first to end is the last task, unless a node fails.
                    try await group.next()
                    group.cancelAll()
                }
            }
        }

        @Test(arguments: Backend.allCases) func aBrokerThatGoesInTheMiddleTakesNothingAlong(backend: Backend)
            async throws
        {
            let names = (1...40).map { "tally/\($0)" }
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b")
                try await cluster.registerTallies(names)
                try await cluster.settled(names)
                let tokens = nodes[0].registrations().map(\.token)
                let here = try #require(nodes[0].registrations().first { $0.node == nodes[0].id }).name
                let elsewhere = try #require(nodes[0].registrations().first { $0.node == nodes[1].id }).name

                cluster.stopBroker()
                try await eventually("they notice") {
                    nodes.allSatisfy { !$0.snapshot().isConnected && !$0.snapshot().isHealthy }
                }
                // What is here works; what is elsewhere is known, and out of reach.
                _ = try await nodes[0].ref(here, as: Tally.self).call(.get)
                #expect(nodes[0].lookup(elsewhere)?.node == nodes[1].id)
                for error in [
                    await failure {
                        _ = try await nodes[0].ref(elsewhere, as: Tally.self).call(.get, timeout: .milliseconds(300))
                    },
                    await failure { try await nodes[0].register("new", as: Tally.self, timeout: .milliseconds(300)) },
                    await failure { try await nodes[0].unregister(elsewhere, timeout: .milliseconds(300)) },
                ] {
                    #expect(error?.code == .disconnected)
                    #expect(error?.message.contains("no connection to the broker") == true)
                    #expect(error?.isRetryable == true)
                }
                #expect(nodes.map { $0.snapshot().workers }.reduce(0, +) == names.count, "nobody started the other's")

                cluster.startBroker()
                try await eventually("they are back") {
                    nodes.allSatisfy { $0.snapshot().isConnected && $0.snapshot().isHealthy }
                }
                // What had no answer may have been carried out: that is what the error says.
                let settled = nodes[0].registrations().map(\.name)
                #expect(Set(names).subtracting(settled).isSubset(of: [elsewhere]))
                try await cluster.meet()
                let kept = names.filter { $0 != elsewhere }
                #expect(try await cluster.totals(kept) == (1...40).filter { names[$0 - 1] != elsewhere })
                let after = Set(nodes[0].registrations().map(\.token))
                #expect(Set(tokens).subtracting(after).count <= 1, "no worker was started again")
                try await nodes[1].register("later", as: Tally.self)
                _ = try await nodes[0].ref("later", as: Tally.self).call(.get)
            }
        }
    }
}
