import Swarm
import Testing

extension Scenarios {
    /// `StaticQuorumRing(3)`.
    @Suite struct QuorumTests {
        private let names = (1...60).map { "tally/\($0)" }

        private func quorumOfThree(_ configuration: inout SwarmConfiguration) {
            configuration.strategy = .staticQuorum(3)
        }

        @Test(arguments: Backend.allCases) func belowQuorumNothingIsRegistered(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", configure: quorumOfThree)
                let worker = try standaloneTally("mine")
                for node in nodes {
                    for error in [
                        await failure { try await node.register("tally", as: Tally.self) },
                        await failure { try await node.register("mine", running: worker) },
                    ] {
                        #expect(error?.code == .noQuorum)
                        #expect(error?.message == "too few members are heard; wait until the quorum is there")
                        #expect(error?.isRetryable == true)
                        #expect(error?.mayHaveExecuted == false)
                    }
                    #expect(node.snapshot().workers == 0)
                }
                try await cluster.start("c", configure: quorumOfThree)
                try await eventually("it can be registered") {
                    await failure { try await nodes[0].register("tally", as: Tally.self) } == nil
                }
                try await nodes[1].register("mine", running: worker)
                try await cluster.settled(["tally", "mine"])
            }
        }

        @Test(arguments: Backend.allCases) func belowQuorumAllWorkersStop(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c", configure: quorumOfThree)
                try await cluster.registerTallies(names)
                try await cluster.settled(names)

                await cluster.kill("c")
                try await eventually("no worker is left, and each knows that of the other") {
                    nodes.prefix(2).allSatisfy { $0.snapshot().workers == 0 && $0.registrations().isEmpty }
                }
                for node in nodes.prefix(2) {
                    #expect(await failure { try await node.register("new", as: Tally.self) }?.code == .noQuorum)
                    let error = await failure {
                        _ = try await node.ref(names[0], as: Tally.self).call(.get, timeout: .milliseconds(200))
                    }
                    #expect(error?.mayHaveExecuted == false)
                }

                try await cluster.start("c", configure: quorumOfThree)
                try await cluster.settled(names)
                try await cluster.expectTotals(names, names.map { _ in 0 }, "they were stopped, and start afresh")
            }
        }

        @Test(arguments: Backend.allCases) func theLargerSideOfASplitTakesOver(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c", "d", "e", configure: quorumOfThree)
                try await cluster.registerTallies(names)
                try await cluster.settled(names)
                let before = nodes[0].hosts
                #expect(Set(before.values).count == 5)

                cluster.split([["a", "b", "c"], ["d", "e"]])
                try await eventually("the larger side runs all names, the smaller none") {
                    nodes.prefix(3).allSatisfy {
                        Set($0.hosts.values) == ["a", "b", "c"] && $0.hosts.count == names.count
                    }
                        && nodes.suffix(2).allSatisfy { $0.snapshot().workers == 0 }
                }
                try await cluster.add(100, to: names, through: nodes[1])
                for node in nodes.suffix(2) {
                    #expect(await failure { try await node.register("new", as: Tally.self) }?.code == .noQuorum)
                }

                cluster.heal()
                try await cluster.settled(names)
                #expect(nodes[0].hosts == before)
                let expected = names.enumerated().map { ["d", "e"].contains(before[$1]) ? 100 : $0 + 101 }
                try await cluster.expectTotals(names, expected)
            }
        }
    }
}
