import Swarm
import Testing

extension Scenarios {
    @Suite struct RedistributionTests {
        private let names = (1...60).map { "tally/\($0)" }

        @Test(arguments: Backend.allCases) func namesFollowANodeThatLeavesAndReturns(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                try await cluster.registerTallies(names)
                try await cluster.settled(names)
                let before = nodes[0].hosts
                #expect(Set(before.values) == ["a", "b", "c"])

                try await cluster.drain(nodes[2])
                try await cluster.settled(names)
                let without = nodes[0].hosts
                #expect(before.allSatisfy { $0.value == "c" || without[$0.key] == $0.value }, "only its names move")
                try await cluster.expectTotals(names, Array(1...60))

                try await cluster.start("c")
                try await cluster.settled(names)
                #expect(nodes[0].hosts == before)
                try await cluster.expectTotals(names, Array(1...60))
            }
        }

        @Test(arguments: Backend.allCases) func namesOfAKilledNodeStartElsewhereAndReturn(backend: Backend) async throws
        {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                try await cluster.registerTallies(names)
                try await cluster.settled(names)
                let before = nodes[0].hosts

                await cluster.kill("c")
                try await cluster.settled(names)
                let survived = names.enumerated().map { before[$1] == "c" ? 0 : $0 + 1 }
                try await cluster.expectTotals(names, survived, "state that nobody handed over is gone")

                try await cluster.start("c")
                try await cluster.settled(names)
                #expect(nodes[0].hosts == before)
                try await cluster.expectTotals(names, survived)
            }
        }

        @Test(arguments: Backend.allCases) func afterAHealedSplitEachNameRunsOnce(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                try await cluster.registerTallies(names)
                try await cluster.settled(names)
                let before = nodes[0].hosts

                cluster.split([["a", "b"], ["c"]])
                try await eventually("the larger side runs all names") {
                    nodes.prefix(2).allSatisfy { Set($0.hosts.values) == ["a", "b"] && $0.hosts.count == names.count }
                }
                try await cluster.add(100, to: names, through: nodes[0])
                // Those it hosted go on; on a broker of its own it has started the others too.
                let apart = nodes[2].registrations().filter { $0.node.name == "c" }.map(\.name)
                #expect(Set(apart).isSuperset(of: before.filter { $0.value == "c" }.keys))
                try await cluster.add(1, to: apart, through: nodes[2])

                cluster.heal()
                try await cluster.settled(names)
                #expect(nodes[0].hosts == before)
                // The states were merged, by the larger total.
                let merged = names.enumerated().map { before[$1] == "c" ? 100 : $0 + 101 }
                try await cluster.expectTotals(names, merged)
            }
        }

        @Test(arguments: Backend.allCases) func runningWorkersAreNotMoved(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b")
                let running = (1...20).map { "running/\($0)" }
                for name in running {
                    let worker = try standaloneTally(name)
                    try await nodes[0].register(name, running: worker, groups: ["running"])
                }
                try await cluster.registerTallies(names)
                try await cluster.settled(running + names)
                let placement = nodes[0].core.placement()
                #expect(running.contains { placement.owners(of: $0, count: 1) != ["a"] }, "some belong elsewhere")
                let tokens = nodes[1].members(of: "running").map(\.token)
                try await cluster.add(7, to: running, through: nodes[1])

                try await cluster.start("c")
                try await cluster.settled(running + names)
                try await cluster.drain(nodes[1])
                try await cluster.settled(running + names)
                for node in cluster.nodes {
                    let members = node.members(of: "running")
                    #expect(members.count == running.count)
                    #expect(members.allSatisfy { $0.node == nodes[0].id })
                    #expect(members.map(\.token) == tokens)
                }
                try await cluster.expectTotals(running, running.map { _ in 7 })
            }
        }

        @Test(arguments: Backend.allCases) func runningWorkersVanishWithTheirNode(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                let running = (1...20).map { "running/\($0)" }
                for name in running {
                    let worker = try standaloneTally(name)
                    try await nodes[2].register(name, running: worker, groups: ["running"])
                }
                try await cluster.registerTallies(names)
                try await cluster.settled(running + names)

                await cluster.kill("c")
                try await cluster.settled(names)
                for node in cluster.nodes {
                    #expect(node.members(of: "running").isEmpty)
                    #expect(running.allSatisfy { node.lookup($0) == nil })
                    #expect(
                        await failure { _ = try await node.ref("running/1", as: Tally.self).call(.get) }?.code
                            == .notFound)
                }
                // The name is free.
                try await nodes[1].register("running/1", as: Tally.self)
                try await cluster.settled(names + ["running/1"])
            }
        }
    }
}
