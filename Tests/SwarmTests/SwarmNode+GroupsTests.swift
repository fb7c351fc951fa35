import SwarmCore
import Synchronization
import Testing

@testable import Swarm

@Suite(.timeLimit(.minutes(2))) struct SwarmNodeGroupsTests {
    @Test func aMessageReachesEveryMemberOnEveryNode() async throws {
        try await withNodes(["a", "b", "c"]) { _, nodes in
            for number in 0..<9 {
                try await nodes[0].register("x/\(number)", as: TestCounter.self)
                while nodes[number % 3].lookup("x/\(number)") == nil { await Task.yield() }
                try await nodes[number % 3].join("x/\(number)", to: "counters.all")
            }
            // What this node was answered it sees; the others hear of it in a moment.
            #expect(nodes[2].members(of: "counters.all").isEmpty == false)
            try await nodes[1].publish(TestCounter.Message.add(amount: 3), to: "counters.all")
            try await nodes[1].publish(TestCounter.Message.add(amount: 100), to: "counters.other")
            for number in 0..<9 {
                let ref = nodes[0].ref("x/\(number)", as: TestCounter.self)
                while try await ref.call(.get) == 0 { await Task.yield() }
                #expect(try await ref.call(.get) == 3)
            }
        }
    }

    @Test func joinReturnsWhenTheBindingStands() async throws {
        try await withNodes(["a", "b"]) { _, nodes in
            try await nodes[0].register("x", as: TestCounter.self)
            while nodes[1].lookup("x") == nil { await Task.yield() }
            for number in 1...30 {
                try await nodes[number % 2].join("x", to: "g.\(number)")
                try await nodes[(number + 1) % 2].publish(TestCounter.Message.add(amount: 1), to: "g.\(number)")
                let ref = nodes[0].ref("x", as: TestCounter.self)
                while try await ref.call(.get) < number { await Task.yield() }
            }
        }
    }

    @Test func whoHasLeftIsNotReached() async throws {
        try await withNodes(["a", "b"]) { _, nodes in
            for name in ["x", "y"] { try await nodes[0].register(name, as: TestCounter.self, groups: ["g"]) }
            try await nodes[0].leave("x", from: "g")
            #expect(nodes[0].members(of: "g").map(\.name) == ["y"])
            try await nodes[0].publish(TestCounter.Message.add(amount: 1), to: "g")
            while try await nodes[0].ref("y", as: TestCounter.self).call(.get) == 0 { await Task.yield() }
            #expect(try await nodes[0].ref("x", as: TestCounter.self).call(.get) == 0)
        }
    }

    @Test func manyGroupsAreHeardThroughPrefixes() async throws {
        try await withNodes(["a", "b"], configure: { $0.limits.groupBindings = 4 }) { cluster, nodes in
            try await nodes[0].register("x", as: TestCounter.self)
            for number in 0..<20 { try await nodes[0].join("x", to: "many.\(number)") }
            for number in 0..<20 {
                try await nodes[1].publish(TestCounter.Message.add(amount: 1), to: "many.\(number)")
            }
            // Nobody is in this one, though the prefix is bound.
            try await nodes[1].publish(TestCounter.Message.add(amount: 1_000), to: "many.nobody")
            while try await nodes[0].ref("x", as: TestCounter.self).call(.get) < 20 { await Task.yield() }
            #expect(try await nodes[0].ref("x", as: TestCounter.self).call(.get) == 20)
        }
    }

    @Test func multiCallCollectsAnswersAndFailures() async throws {
        try await withNodes(["a", "b", "c"]) { _, nodes in
            for number in 0..<10 {
                try await nodes[0].register("x/\(number)", as: TestCounter.self, groups: ["g"])
                _ = try await nodes[0].ref("x/\(number)", as: TestCounter.self).call(.add(amount: number))
            }
            let answers = try await nodes[0].multiCall("g", TestCounter.Message.get, as: Int.self)
            #expect(answers.map(\.name) == (0..<10).map { "x/\($0)" })
            #expect(try answers.map { try $0.result.get() } == Array(0..<10))
            let wrong = try await nodes[0].multiCall("g", TestCounter.Message.get, as: [String].self)
            #expect(wrong.count == 10)
            for (_, result) in wrong {
                guard case .failure(let error) = result else {
                    Issue.record("a number is no array")
                    continue
                }
                #expect(error.code == .decodingFailed)
                #expect(error.mayHaveExecuted)
            }
            #expect(try await nodes[0].multiCall("nobody", TestCounter.Message.get, as: Int.self).isEmpty)
        }
    }

    @Test func multiCallHasOneDeadlineForAll() async throws {
        try await withNodes(["a"]) { _, nodes in
            for number in 0..<3 { try await nodes[0].register("x/\(number)", as: TestCounter.self, groups: ["g"]) }
            let answers = try await nodes[0].multiCall(
                "g", TestCounter.Message.wait, as: Int.self, timeout: .milliseconds(300))
            #expect(answers.count == 3)
            for (_, result) in answers { #expect(throws: SwarmError.self) { try result.get() } }
        }
    }

    @Test func wrongGroupsAndLargeMessagesAreRefused() async throws {
        try await withNodes(["a"], configure: { $0.limits.messageBytes = 1_000 }) { _, nodes in
            let node = nodes[0]
            #expect(await code { try await node.publish("x", to: "a.*") } == .invalidArgument)
            #expect(await code { try await node.publish(String(repeating: "x", count: 2_000), to: "a") } == .tooLarge)
            try await node.register("x", as: TestCounter.self)
            #expect(await code { try await node.join("x", to: "a..b") } == .invalidArgument)
            #expect(await code { try await node.join("y", to: "a") } == .notFound)
        }
    }

    @Test func anyClientCanPublish() async throws {
        try await withNodes(["a", "b"]) { cluster, nodes in
            try await nodes[0].register("x", as: TestCounter.self, groups: ["sensors.eu"])
            let client = cluster.broker.makeClient(cluster: cluster.name)
            #expect(try client.publish(Array(#"{"add":{"amount":4}}"#.utf8), to: "sensors.eu"))
            try client.publish(Array("not json".utf8), to: "sensors.eu")
            while try await nodes[1].ref("x", as: TestCounter.self).call(.get) < 4 { await Task.yield() }
            #expect(try await nodes[1].ref("x", as: TestCounter.self).call(.get) == 4)
        }
    }
}
