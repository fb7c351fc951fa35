import Swarm
import SwarmClient
import Testing

@Suite struct SwarmClientRegistryTests {
    @Test func registersFindsAndUnregisters() async throws {
        try await TestCluster.run(["a", "b"]) { cluster in
            let client = cluster.client
            let location = try await client.register(
                "cart/1", kind: "tally", arguments: TallyArguments(start: 7), groups: ["carts.eu"],
                metadata: ["owner": "ann"])
            let registration = try #require(try await client.lookup("cart/1"))
            #expect(registration.node == location.node)
            #expect(registration.token == location.token)
            #expect(registration.kind == "tally")
            #expect(registration.groups == ["carts.eu"])
            #expect(registration.metadata == ["owner": "ann"])
            #expect(!registration.isMoving)
            #expect(["a", "b"].contains(location.node))
            #expect(try await client.call("cart/1", Tally.Message.get, as: Int.self) == 7)

            try await client.unregister("cart/1")
            let gone1 = try await client.lookup("cart/1")
            #expect(gone1 == nil)
            let gone = await #expect(throws: SwarmError.self) { try await client.unregister("cart/1") }
            #expect(gone?.code == .notFound)
        }
    }

    @Test func aNameThatIsTakenIsAnsweredWithItsHolder() async throws {
        try await TestCluster.run { cluster in
            let first = try await cluster.client.register("x", kind: "tally", arguments: TallyArguments(start: 0))
            let error = await #expect(throws: SwarmError.self) {
                try await cluster.client.register("x", kind: "tally", arguments: TallyArguments(start: 0))
            }
            #expect(error?.code == .alreadyRegistered)
            #expect(error?.holder?.name == first.node)
            #expect(error?.holderToken == first.token)
            #expect(error?.mayHaveExecuted == false)
        }
    }

    @Test func refusalsOfTheClusterAreErrorsWithTheirCodes() async throws {
        try await TestCluster.run { cluster in
            let client = cluster.client
            let unknown = await #expect(throws: SwarmError.self) { try await client.register("x", kind: "nobody's") }
            #expect(unknown?.code == .unknownKind)
            let refused = await #expect(throws: SwarmError.self) {
                try await client.register("x", kind: "tally", arguments: TallyArguments(start: -1))
            }
            #expect(refused?.code == .startFailed)
            #expect(refused?.message.contains("told to fail") == true)
            let found = try await client.lookup("x")
            #expect(found == nil)
        }
    }

    @Test func whatCannotBeANameIsNotSent() async throws {
        let link = ScriptedLink(.silent)
        let client = try link.client()
        let long = String(repeating: "x", count: 256)
        for name in ["", long] {
            await #expect(throws: SwarmError.self) { try await client.lookup(name) }
            await #expect(throws: SwarmError.self) { try await client.unregister(name) }
            await #expect(throws: SwarmError.self) { try await client.register(name, kind: "tally") }
        }
        await #expect(throws: SwarmError.self) { try await client.join("x", to: "a b") }
        await #expect(throws: SwarmError.self) { try await client.members(of: "*") }
        await #expect(throws: SwarmError.self) { try await client.publish(1, to: "#") }
        await #expect(throws: SwarmError.self) { try await client.inspect("a.b") }
        await #expect(throws: SwarmError.self) { try await client.lookup("x", timeout: .zero) }
        await #expect(throws: SwarmError.self) { try await client.lookup("x", timeout: .seconds(301)) }
        #expect(link.asked.isEmpty)
    }

    @Test func listsByPrefixGroupAndNode() async throws {
        try await TestCluster.run(["a", "b"]) { cluster in
            let client = cluster.client
            for number in 0..<40 {
                try await client.register(
                    "item/\(number)", kind: "tally", arguments: TallyArguments(start: number),
                    groups: number % 2 == 0 ? ["even"] : [])
            }
            try await client.register("other", kind: "tally", arguments: TallyArguments(start: 0))
            let all = try await client.registrations()
            #expect(all.count == 41)
            #expect(all.map(\.name) == all.map(\.name).sorted())
            #expect(try await client.registrations(prefix: "item/").count == 40)
            #expect(try await client.registrations(group: "even").count == 20)
            #expect(
                try await client.registrations(prefix: "item/3", group: "even").map(\.name) == [
                    "item/30", "item/32", "item/34", "item/36", "item/38",
                ])
            let onNodes = try await (client.registrations(node: "a"), client.registrations(node: "b"))
            #expect(onNodes.0.count + onNodes.1.count == 41)
            #expect(onNodes.0.allSatisfy { $0.node == "a" } && !onNodes.0.isEmpty)
        }
    }

    @Test func anAnswerInManyPartsIsPutTogether() async throws {
        try await TestCluster.run { cluster in
            // Far above what goes into one part.
            let padding = String(repeating: "x", count: 200)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<1_000 {
                    group.addTask {
                        try await cluster.client.register(
                            "\(padding)/\(number)", kind: "tally", arguments: TallyArguments(start: 0),
                            timeout: .seconds(60))
                    }
                }
                try await group.waitForAll()
            }
            let names = try await cluster.client.registrations().map(\.name)
            #expect(names == (0..<1_000).map { "\(padding)/\($0)" }.sorted())
        }
    }

    @Test func groupsAndMetadataChange() async throws {
        try await TestCluster.run { cluster in
            let client = cluster.client
            try await client.register(
                "x", kind: "tally", arguments: TallyArguments(start: 0), metadata: ["keep": "1", "drop": "2"])
            try await client.join("x", to: "g.one")
            #expect(try await client.members(of: "g.one").map(\.name) == ["x"])
            try await client.leave("x", from: "g.one")
            #expect(try await client.members(of: "g.one").isEmpty)
            try await client.updateMetadata(of: "x", ["drop": nil, "new": "a \"b\""])
            #expect(try await client.lookup("x")?.metadata == ["keep": "1", "new": "a \"b\""])
            let error = await #expect(throws: SwarmError.self) { try await client.join("y", to: "g.one") }
            #expect(error?.code == .notFound)
        }
    }
}
