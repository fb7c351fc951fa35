import Swarm
import Testing

extension Scenarios {
    /// Writes of a name's own node and of another's: one after the other, at once, on two sides of a split, and of names
    /// that are not there. The registry's own rules are tested case by case in SwarmCoreTests.
    @Suite struct CausalityTests {
        /// A name that the node of this name hosts.
        private func name(on host: String, _ node: SwarmNode) throws -> String {
            let placement = node.core.placement()
            return try #require(
                (0...).lazy.map { "tally/\($0)" }.first { placement.owners(of: $0, count: 1) == [host] })
        }

        @Test(arguments: Backend.allCases) func writesOfAnUnknownNameChangeNothing(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b")
                for node in nodes {
                    for error in [
                        await failure { try await node.unregister("nobody") },
                        await failure { try await node.updateMetadata(of: "nobody", ["n": "1"]) },
                        await failure { try await node.join("nobody", to: "g") },
                        await failure { try await node.leave("nobody", from: "g") },
                    ] {
                        #expect(error?.code == .notFound)
                        #expect(error?.message == "\"nobody\" is not registered; register it first")
                        #expect(error?.isRetryable == false)
                    }
                }
                try await cluster.settled([String]())
            }
        }

        @Test(arguments: Backend.allCases) func laterWritesSupersedeEarlierOnesOnAllNodes(backend: Backend)
            async throws
        {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                let name = try name(on: "a", nodes[0])
                try await nodes[1].register(name, as: Tally.self, metadata: ["n": "0", "old": "x"])
                let first = try #require(nodes[1].lookup(name))
                #expect(first.metadata == ["n": "0", "old": "x"])
                // Its host and two others in turn; each sees its own write when it returns.
                for round in 1...12 {
                    let node = nodes[round % 3]
                    try await node.updateMetadata(of: name, ["n": "\(round)", "old": nil])
                    #expect(node.lookup(name)?.metadata == ["n": "\(round)"])
                    let group = "g.\(round % 2)"
                    if round % 4 < 2 {
                        try await node.join(name, to: group)
                        #expect(node.lookup(name)?.groups.contains(group) == true)
                    } else {
                        try await node.leave(name, from: group)
                        #expect(node.lookup(name)?.groups.contains(group) == false)
                    }
                }
                try await eventually("all see the last of them") {
                    nodes.allSatisfy {
                        $0.lookup(name)?.metadata == ["n": "12"] && $0.lookup(name)?.token == first.token
                            && $0.lookup(name)?.groups == nodes[0].lookup(name)?.groups
                    }
                }

                try await nodes[2].unregister(name)
                #expect(nodes[2].lookup(name) == nil)
                try await eventually("it has gone everywhere") { nodes.allSatisfy { $0.lookup(name) == nil } }
                try await nodes[1].register(name, as: Tally.self)
                try await cluster.settled([name])
                let second = try #require(nodes[2].lookup(name))
                #expect(second.token > first.token, "a later registration supersedes an earlier one")
                #expect(second.metadata.isEmpty && second.groups.isEmpty)
            }
        }

        @Test(arguments: Backend.allCases) func concurrentWritesAreAllThere(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                let name = try name(on: "b", nodes[0])
                try await nodes[0].register(name, as: Tally.self)
                try await eventually("all know it") { nodes.allSatisfy { $0.lookup(name) != nil } }
                let keys = (1...60).map { "k\($0)" }
                try await concurrently(keys.enumerated(), width: keys.count) { index, key in
                    try await nodes[index % 3].updateMetadata(of: name, [key: "\(index)", "last": "\(index)"])
                }
                try await eventually("all see the same, and every key") {
                    let seen = nodes.map { $0.lookup(name)?.metadata }
                    return seen.allSatisfy { $0 == seen[0] } && Set(seen[0]?.keys.map { $0 } ?? []).isSuperset(of: keys)
                }
            }
        }

        @Test(arguments: Backend.allCases) func ofARemovalAndUpdatesAtOnceTheRemovalStays(backend: Backend) async throws
        {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                let names = (1...60).map { "tally/\($0)" }
                try await cluster.registerTallies(names)
                try await cluster.settled(names)
                try await concurrently(names.enumerated(), width: names.count) { index, name in
                    try await withThrowingTaskGroup(of: SwarmError?.self) { group in
                        for other in [1, 2] {
                            group.addTask {
                                await failure {
                                    try await nodes[(index + other) % 3].updateMetadata(of: name, ["n": "\(other)"])
                                }
                            }
                        }
                        group.addTask { await failure { try await nodes[index % 3].unregister(name) } }
                        for try await error in group { #expect(error == nil || error?.code == .notFound, "\(name)") }
                    }
                }
                try await cluster.settled([String]())
            }
        }

        /// Each side writes its own; one ownership is left, with all that was written of it, the same for all.
        @Test(arguments: Backend.allCases) func ofTheWritesOfTwoSidesTheWinnersStay(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                let names = (1...30).map { "tally/\($0)" }
                try await cluster.registerTallies(names)
                try await cluster.settled(names)
                let apart = names.filter { nodes[0].hosts[$0] == "c" }
                #expect(!apart.isEmpty)

                cluster.split([["a", "b"], ["c"]])
                try await eventually("the larger side runs all names") {
                    nodes.prefix(2).allSatisfy { Set($0.hosts.values) == ["a", "b"] && $0.hosts.count == names.count }
                }
                for name in apart { try await nodes[0].updateMetadata(of: name, ["by": "a"]) }
                for name in apart {
                    // Without a second node nobody confirms it; it is done all the same.
                    let error = await failure {
                        try await nodes[2].updateMetadata(of: name, ["by": "c"], timeout: .milliseconds(300))
                    }
                    #expect(error == nil || error?.mayHaveExecuted == true)
                    #expect(nodes[2].lookup(name)?.metadata == ["by": "c"])
                }
                let tokens = [0, 2].map { index in apart.map { nodes[index].lookup($0)?.token } }

                cluster.heal()
                try await cluster.settled(names)
                for (index, name) in apart.enumerated() {
                    let seen = try #require(nodes[0].lookup(name))
                    #expect(["a", "c"].contains(seen.metadata["by"]) && seen.metadata.count == 1)
                    for node in nodes { #expect(node.lookup(name) == seen, "\(name) on \(node.id)") }
                    // Storage outside may have seen both.
                    for token in tokens { #expect(seen.token >= (try #require(token[index]))) }
                }
            }
        }
    }
}
