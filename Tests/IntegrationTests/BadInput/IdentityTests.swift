import Swarm
import SwarmCore
import Testing

extension BadInput {
    @Suite struct IdentityTests {
        private let names = (1...60).map { "tally/\($0)" }

        @Test(arguments: Backend.allCases) func aSecondNodeOfANameIsRefused(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b")
                try await cluster.registerTallies(names)
                let twin = try cluster.node("a")
                let error = await failure { try await twin.run() }
                #expect(error?.code == .nameTaken)
                #expect(error?.message.contains("another name") == true)
                #expect(error?.isRetryable == false)
                #expect(await failure { try await twin.ready() }?.code == .nameTaken)
                // The first one did not notice.
                try await cluster.settled(names)
                #expect(cluster.nodes.map(\.id) == nodes.map(\.id))
                try await cluster.expectTotals(names, Array(1...60))
            }
        }

        @Test(arguments: Backend.allCases) func aKilledNodeThatRestartsAtOnceIsAnother(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                try await cluster.registerTallies(names)
                try await cluster.settled(names)
                let before = nodes[0].hosts

                await cluster.kill("c")
                let successor = try await cluster.start("c")[0]
                #expect(successor.id.incarnation > nodes[2].id.incarnation)
                try await cluster.settled(names)
                #expect(nodes[0].hosts == before)
                for registration in nodes[0].registrations() where registration.node.name == "c" {
                    #expect(registration.node == successor.id)
                }
                // Nobody handed over what the killed one held.
                let survived = names.enumerated().map { before[$1] == "c" ? 0 : $0 + 1 }
                try await cluster.expectTotals(names, survived)
            }
        }

        @Test(arguments: ["", "a.b", "a b", "ä", "*", String(repeating: "n", count: 65)])
        func namesOfNodesAndClustersAreWords(word: String) async throws {
            for (role, change) in [
                ("node", { (configuration: inout SwarmConfiguration) in configuration.name = word }),
                ("cluster", { (configuration: inout SwarmConfiguration) in configuration.cluster = word }),
            ] {
                try await withCluster(.inMemory) { cluster in
                    let error = await failure { _ = try cluster.node("a", change) }
                    #expect(error?.code == .invalidArgument)
                    #expect(
                        error?.message.contains(
                            "is no \(role) name; use letters, digits, '-' and '_', at most 64 bytes") == true)
                }
            }
        }

        @Test func namesOfGroupsAndWorkersAreChecked() async throws {
            try await withCluster(.inMemory) { cluster in
                let node = try await cluster.start("a")[0]
                try await node.register("x", as: Tally.self)
                for group in ["", "a..b", ".a", "a.", "a.*", "a.#", "a b", String(repeating: "g", count: 201)] {
                    for error in [
                        await failure { try await node.join("x", to: group) },
                        await failure { try await node.leave("x", from: group) },
                        await failure { try await node.publish(1, to: group) },
                        await failure { _ = try await node.multiCall(group, 1, as: Int.self) },
                        await failure { try await node.register("y", as: Tally.self, groups: ["good", group]) },
                    ] {
                        #expect(error?.code == .invalidArgument)
                        #expect(
                            error?.message.contains("is no group; use words of letters, digits, '-' and '_'") == true)
                    }
                }
                // What cannot be registered is not there.
                let absent = await failure { _ = try await node.ref("", as: Tally.self).call(.get) }
                #expect(absent?.code == .notFound)
                for name in ["", String(repeating: "ä", count: 128)] {
                    for error in [
                        await failure { try await node.register(name, as: Tally.self) },
                        await failure { try await node.unregister(name) },
                        await failure { try await node.join(name, to: "g") },
                    ] {
                        #expect(error?.code == .invalidArgument)
                        #expect(error?.message.hasSuffix("use 1 to 255.") == true)
                    }
                }
                try await cluster.settled(["x"])
            }
        }
    }
}
