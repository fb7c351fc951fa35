import Swarm
import Testing

extension BadInput {
    @Suite struct WorkerFailureTests {
        @Test(arguments: Backend.allCases) func aKindRunsOnlyWhereItIsKnown(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let skilled = try cluster.node("a", workers: [Tally.self])
                let unskilled = try cluster.node("b", workers: [])
                try await cluster.start(skilled, unskilled)
                let names = (1...20).map { "tally/\($0)" }
                let placement = skilled.core.placement()
                #expect(names.contains { placement.owners(of: $0, count: 1) == ["b"] }, "by the ring it had some")
                try await cluster.registerTallies(names)
                #expect(unskilled.registrations().count == names.count)
                #expect(unskilled.registrations().allSatisfy { $0.node == skilled.id })
                for node in [skilled, unskilled] {
                    let error = await failure { try await node.register("s", as: Subscriber.self) }
                    #expect(error?.code == .unknownKind)
                    #expect(
                        error?.message == "no ready node has the kind \"subscriber\"; give it to a node's `workers`")
                    #expect(error?.isRetryable == false)
                }
                #expect(try await cluster.totals(names) == Array(1...20))
            }
        }

        @Test(arguments: Backend.allCases) func throwingInInitRefusesTheRegistration(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b")
                let peace = "\(cluster.name) init"
                let arguments = Troublemaker.Arguments(spot: .start, peace: peace)
                // Here and elsewhere.
                let names = (1...8).map { "trouble/\($0)" }
                for name in names {
                    let error = await failure {
                        try await nodes[0].register(name, as: Troublemaker.self, arguments: arguments)
                    }
                    #expect(error?.code == .startFailed)
                    #expect(
                        error?.message == "troublemaker refused to start with Trouble: trouble at start; see its log.")
                    #expect(error?.isRetryable == false)
                    #expect(nodes.allSatisfy { $0.lookup(name) == nil })
                }
                Gate.named(peace).open()
                for name in names { try await nodes[1].register(name, as: Troublemaker.self, arguments: arguments) }
                try await cluster.settled(names)
                #expect(nodes.allSatisfy { $0.snapshot().workers > 0 })
            }
        }

        @Test(arguments: Backend.allCases) func throwingInReceiveReachesTheCallerAndStartsAfresh(backend: Backend)
            async throws
        {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b")
                let names = (1...8).map { "tally/\($0)" }
                try await cluster.registerTallies(names)
                try await cluster.settled(names)
                #expect(Set(nodes[0].hosts.values) == ["a", "b"])
                for name in names {
                    let error = await failure { _ = try await nodes[0].ref(name, as: Tally.self).call(.fail) }
                    #expect(error?.code == .workerFailed)
                    #expect(error?.message == "The worker failed with Failure; see its log.")
                    #expect(error?.mayHaveExecuted == true)
                }
                // Its policy starts it again, after a moment.
                #expect(try await cluster.totals(names) == names.map { _ in 0 })
                try await cluster.settled(names)
            }
        }

        @Test(arguments: Backend.allCases, [Troublemaker.Spot.beginHandoff, .endHandoff])
        func throwingInAHandoffKeepsTheWorkerWhereItIs(backend: Backend, spot: Troublemaker.Spot) async throws {
            try await withCluster(backend) { cluster in
                let hurry: (inout SwarmConfiguration) -> Void = { $0.rebalancing.settleLimit = .milliseconds(500) }
                let nodes = try await cluster.start("a", "b", configure: hurry)
                let peace = "\(cluster.name) \(spot)"
                let names = (1...20).map { "trouble/\($0)" }
                for (index, name) in names.enumerated() {
                    let ref = try await nodes[index % 2].register(
                        name, as: Troublemaker.self, arguments: .init(spot: spot, peace: peace))
                    _ = try await ref.call(.add(amount: index))
                }
                try await cluster.settled(names)
                let before = nodes[0].hosts
                let third = try await cluster.start("c", configure: hurry)[0]
                let placement = third.core.placement()
                let moving = names.filter { placement.owners(of: $0, count: 1) == ["c"] }
                #expect(!moving.isEmpty)
                try await eventually("each was asked to move") { Gate.named(peace).arrivals >= moving.count }
                // Whose move fails counts it, and who refused it.
                let counter = spot == .beginHandoff ? "swarm_handoffs_aborted" : "swarm_handoffs_refused"
                try await eventually("\(counter) counts them") {
                    ["a", "b"].reduce(0) { $0 + cluster.metrics.count(counter, node: $1) } >= moving.count
                }
                // They go on where they are, with what they have.
                for (index, name) in names.enumerated() {
                    #expect(try await third.ref(name, as: Troublemaker.self).call(.add(amount: 100)) == index + 100)
                }
                #expect(nodes[0].hosts == before)
                Gate.named(peace).open()
                try await cluster.settled(names)
                for (index, name) in names.enumerated() {
                    #expect(try await third.ref(name, as: Troublemaker.self).call(.get) == index + 100)
                }
            }
        }

        @Test(arguments: Backend.allCases) func aFullMailboxRefuses(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b")
                let ref = try await nodes[0].register("narrow", as: Bottleneck.self, groups: ["g"])
                let host = try #require(nodes[0].lookup("narrow")?.node.name)
                let gate = "\(cluster.name) mailbox"
                defer { Gate.named(gate).open() }
                try await ref.send(.init(gate: gate))
                try await eventually("it is at work") { Gate.named(gate).arrivals == 1 }
                for _ in 1...2 { try await ref.send(.init(gate: gate)) }
                // From its own node and from the other, to call and to send.
                for node in nodes {
                    let other = node.ref("narrow", as: Bottleneck.self)
                    for error in [
                        await failure { _ = try await other.call(.init(gate: gate)) },
                        await failure { try await other.send(.init(gate: gate)) },
                    ] {
                        #expect(error?.code == .mailboxFull)
                        #expect(
                            error?.message == "2 messages wait for 'narrow' already; try again when it has caught up.")
                        #expect(error?.isRetryable == true)
                        #expect(error?.mayHaveExecuted == false)
                    }
                }
                #expect(cluster.metrics.count("swarm_worker_overflows", node: host) == 4)
                // Nobody waits for the answer to a message of a group: it is counted.
                for node in nodes { try await node.publish(Bottleneck.Message(gate: gate), to: "g") }
                try await eventually("what did not fit is counted") {
                    cluster.metrics.count("swarm_worker_overflows", node: host) == 6
                }
                Gate.named(gate).open()
                try await eventually("it has worked off what waited") { Gate.named(gate).arrivals == 3 }
                for node in nodes { _ = try await node.ref("narrow", as: Bottleneck.self).call(.init(gate: gate)) }
            }
        }
    }
}
