import Swarm
import SwarmClient
import Testing

@Suite struct SwarmClientMessagesTests {
    @Test func callsAndSends() async throws {
        try await TestCluster.run(["a", "b"]) { cluster in
            let client = cluster.client
            try await client.register("x", kind: "tally", arguments: TallyArguments(start: 1))
            #expect(try await client.call("x", Tally.Message.add(amount: 2), as: Int.self) == 3)
            try await client.send("x", Tally.Message.add(amount: 10))
            #expect(try await client.call("x", Tally.Message.get, as: Int.self) == 13)

            let missing = await #expect(throws: SwarmError.self) {
                try await client.call("y", Tally.Message.get, as: Int.self)
            }
            #expect(missing?.code == .notFound)
            #expect(missing?.mayHaveExecuted == false)
            let unreadable = await #expect(throws: SwarmError.self) {
                try await client.call("x", "nonsense", as: Int.self)
            }
            #expect(unreadable?.code == .decodingFailed)
            let mistyped = await #expect(throws: SwarmError.self) {
                try await client.call("x", Tally.Message.get, as: [String].self)
            }
            #expect(mistyped?.code == .decodingFailed)
            #expect(mistyped?.mayHaveExecuted == true)
            let failed = await #expect(throws: SwarmError.self) {
                try await client.call("x", Tally.Message.fail, as: Int.self)
            }
            #expect(failed?.code == .workerFailed)
        }
    }

    @Test func publishesStraightToTheGroup() async throws {
        try await TestCluster.run(["a", "b"]) { cluster in
            let client = cluster.client
            for number in 0..<20 {
                try await client.register(
                    "m/\(number)", kind: "tally", arguments: TallyArguments(start: 0), groups: ["all.of.them"])
            }
            #expect(try await client.publish(Tally.Message.add(amount: 5), to: "all.of.them"))
            var totals: [Int] = []
            // At most once to each: it can only come to an end.
            while totals != Array(repeating: 5, count: 20) {
                totals = try await client.multiCall("all.of.them", Tally.Message.get, as: Int.self).map {
                    try $0.result.get()
                }
                #expect(totals.allSatisfy { $0 == 0 || $0 == 5 })
            }
            #expect(try await !client.publish(Tally.Message.get, to: "nobody"))
        }
    }

    @Test(.timeLimit(.minutes(1))) func multiCallTellsOfEachMember() async throws {
        try await TestCluster.run { cluster in
            let client = cluster.client
            for number in 0..<3 {
                try await client.register(
                    "m/\(number)", kind: "tally", arguments: TallyArguments(start: number), groups: ["g"])
            }
            let totals = try await client.multiCall("g", Tally.Message.get, as: Int.self)
            #expect(totals.map(\.name) == ["m/0", "m/1", "m/2"])
            #expect(try totals.map { try $0.result.get() } == [0, 1, 2])
            let failures = try await client.multiCall("g", "nonsense", as: Int.self)
            #expect(failures.map(\.name) == ["m/0", "m/1", "m/2"])
            for failure in failures {
                let error = #expect(throws: SwarmError.self) { try failure.result.get() }
                #expect(error?.code == .decodingFailed)
            }
            #expect(try await client.multiCall("empty", Tally.Message.get, as: Int.self).isEmpty)
        }
    }

    @Test func thousandsOfCallsAtATimeAreAllAnswered() async throws {
        try await TestCluster.run(["a", "b"]) { cluster in
            let client = cluster.client
            let count = 3_000
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    group.addTask {
                        try await client.register(
                            "n/\(number)", kind: "tally", arguments: TallyArguments(start: number),
                            timeout: .seconds(60))
                    }
                }
                try await group.waitForAll()
            }
            let sum = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<count {
                    group.addTask {
                        try await client.call(
                            "n/\(number)", Tally.Message.add(amount: 1), as: Int.self, timeout: .seconds(60)) == number
                            + 1
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(sum == count)
        }
    }
}
