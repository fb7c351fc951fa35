import Swarm
import SwarmClient
import Testing

@Suite struct SwarmClientClusterTests {
    @Test func showsNodesAndRing() async throws {
        try await TestCluster.run(["a", "b", "c"]) { cluster in
            let client = cluster.client
            // The others may hear of the last one's readiness a moment later.
            var members = try await client.nodes()
            while !(members.count == 3 && members.allSatisfy { $0.state == "ready" }) {
                members = try await client.nodes()
            }
            #expect(members.map(\.node) == ["a", "b", "c"])
            #expect(members.map(\.incarnation) == cluster.nodes.map(\.id.incarnation))
            #expect(members.allSatisfy { $0.kinds == ["tally"] && $0.weight == 100 && !$0.isClient && $0.names == 0 })

            var shares = try await client.ring()
            while shares.count < 3 { shares = try await client.ring() }
            #expect(shares.map(\.node) == ["a", "b", "c"])
            #expect(abs(shares.map(\.share).reduce(0, +) - 1) < 0.001)

            let owners = try await client.owners(of: "some name")
            #expect(Set([owners.owner] + owners.successors) == ["a", "b", "c"])
            let location = try await client.register(
                "some name", kind: "tally", arguments: TallyArguments(start: 0))
            #expect(location.node == owners.owner)
        }
    }

    @Test func inspectsANode() async throws {
        try await TestCluster.run(["a", "b"]) { cluster in
            let state = try await cluster.client.inspect("b")
            let fields = try JSONFields(Array(state.utf8))
            #expect(try fields.string("node") == cluster.nodes[1].id.description)
            let error = await #expect(throws: SwarmError.self) { try await cluster.client.inspect("z") }
            #expect(error?.code == .notFound)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: 0..<4) func drainsANodeWithoutLoss(_ round: Int) async throws {
        try await TestCluster.run(["a", "b"]) { cluster in
            let client = cluster.client
            for number in 0..<50 {
                try await client.register("n/\(number)", kind: "tally", arguments: TallyArguments(start: number))
            }
            // Either node may take the request, the one that leaves too.
            try await client.drain("b")
            var members = try await client.nodes()
            while members.map(\.node) != ["a"] { members = try await client.nodes() }
            for number in 0..<50 {
                #expect(try await client.call("n/\(number)", Tally.Message.get, as: Int.self) == number)
            }
        }
    }
}
