import Swarm
import SwarmCore
import Synchronization
import Testing

extension Scenarios {
    @Suite struct RegistrationTests {
        @Test(arguments: Backend.allCases) func aRegistrationHasATimeout(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b")
                // One name on each node, registered from the first: here and elsewhere.
                let placement = nodes[0].core.placement()
                for owner in ["a", "b"] {
                    let name = try #require(
                        (0...).lazy.map { "slow/\($0)" }.first { placement.owners(of: $0, count: 1) == [owner] })
                    let gate = "\(cluster.name) \(owner)"
                    defer { Gate.named(gate).open() }
                    let error = await failure {
                        try await nodes[0].register(
                            name, as: SlowStarter.self, arguments: .init(gate: gate), timeout: .milliseconds(300))
                    }
                    #expect(error?.code == .timeout)
                    #expect(error?.message.contains("try again, or allow more time") == true)
                    #expect(error?.mayHaveExecuted == true)
                    #expect(error?.isRetryable == true)
                    #expect(nodes[0].lookup(name) == nil)
                    // It was not given up: who asks again, with more time, is told that it is there.
                    Gate.named(gate).open()
                    try await eventually("it has started after all") { nodes.allSatisfy { $0.lookup(name) != nil } }
                    #expect(
                        await failure {
                            try await nodes[0].register(name, as: SlowStarter.self, arguments: .init(gate: gate))
                        }?.code == .alreadyRegistered)
                    _ = try await nodes[0].ref(name, as: SlowStarter.self).call(NoValue())
                }
            }
        }

        @Test(arguments: Backend.allCases) func aHundredWorkersJoinOneGroupAtOnce(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                let names = (1...100).map { "subscriber/\($0)" }
                try await concurrently(names) { try await nodes[0].register($0, as: Subscriber.self) }
                try await concurrently(names.enumerated(), width: 100) { index, name in
                    try await nodes[index % 3].join(name, to: "all.of-them")
                }
                // Joining has returned: messages reach every one of them, from any node that knows them all.
                try await eventually("every node sees all members") {
                    nodes.allSatisfy { $0.members(of: "all.of-them").map(\.name) == names.sorted() }
                }
                let messages = nodes.map { "\(cluster.name) from \($0.id.name)" }
                for (node, message) in zip(nodes, messages) { try await node.publish(message, to: "all.of-them") }
                let everybody = Dictionary(uniqueKeysWithValues: names.map { ($0, 1) })
                for message in messages {
                    try await eventually("\(message) has reached all") {
                        Subscriber.received.withLock { $0[message]?.count } == names.count
                    }
                }
                // A second copy would have come before what the same node published afterwards.
                let last = nodes.map { "\(cluster.name) last of \($0.id.name)" }
                for (node, message) in zip(nodes, last) { try await node.publish(message, to: "all.of-them") }
                for message in last {
                    try await eventually("\(message) has reached all") {
                        Subscriber.received.withLock { $0[message]?.count } == names.count
                    }
                }
                for message in messages { #expect(Subscriber.received.withLock { $0[message] } == everybody) }
            }
        }

        @Test(arguments: Backend.allCases) func noNameIsMissingWhereANodeJoinsDuringRegistrations(backend: Backend)
            async throws
        {
            let names = (1...1_000).map { "tally/\($0)" }
            for round in 1...20 {
                try await withCluster(backend) { cluster in
                    let nodes = try await cluster.start("a", "b")
                    let registered = Mutex(0)
                    async let registrations: Void = concurrently(names.enumerated(), width: 128) { index, name in
                        try await nodes[index % 2].register(name, as: Tally.self)
                        registered.withLock { $0 += 1 }
                    }
                    // At another moment in each round.
                    try await eventually("some are registered") { registered.withLock { $0 } >= round * 40 }
                    try await cluster.start("c")
                    try await registrations
                    try await cluster.settled(names)
                }
            }
        }

        @Test(arguments: Backend.allCases) func aNameRegisteredAtTwoNodesAtOnceHasOneOwner(backend: Backend)
            async throws
        {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b")
                var all: [String] = []
                for round in 1...20 {
                    let names = (1...300).map { "tally/\(round)/\($0)" }
                    all += names
                    let outcomes = Mutex<[String: [SwarmError?]]>([:])
                    let attempts = names.flatMap { name in nodes.map { (name, $0) } }
                    try await concurrently(attempts, width: attempts.count) { name, node in
                        let error = await failure { try await node.register(name, as: Tally.self) }
                        outcomes.withLock { $0[name, default: []].append(error) }
                    }
                    let results = outcomes.withLock { $0 }
                    for name in names {
                        let outcome = results[name] ?? []
                        let refusals = outcome.compactMap { $0 }
                        #expect(outcome.count == 2 && refusals.count == 1, "round \(round), \(name): \(outcome)")
                        #expect(refusals.allSatisfy { $0.code == .alreadyRegistered })
                        #expect(refusals.first?.holder == nodes[0].lookup(name)?.node)
                    }
                    try await eventually("both nodes see the same") {
                        names.allSatisfy { nodes[0].lookup($0) != nil && nodes[0].lookup($0) == nodes[1].lookup($0) }
                    }
                    #expect(nodes.map { $0.snapshot().workers }.reduce(0, +) == all.count)
                }
                try await cluster.settled(all)
            }
        }
    }
}
