import Swarm
import Synchronization
import Testing

extension Scenarios {
    @Suite struct GroupTests {
        /// What a client outside publishes reaches every member once, wherever it runs, and nobody else.
        @Test func whatAnyClientPublishesReachesEveryMemberOnce() async throws {
            try await withCluster(.rabbitMQ) { cluster in
                let nodes = try await cluster.start("a", "b", "c")
                let members = (1...60).map { "subscriber/\($0)" }
                let others = (1...6).map { "other/\($0)" }
                try await concurrently(members) {
                    try await nodes[0].register($0, as: Subscriber.self, groups: ["carts.eu"])
                }
                try await concurrently(others) {
                    try await nodes[0].register($0, as: Subscriber.self, groups: ["carts.us"])
                }
                try await cluster.settled(members + others)
                #expect(Set(members.compactMap { nodes[0].hosts[$0] }) == ["a", "b", "c"])

                let messages = (1...5).map { "\(cluster.name) \($0)" }
                let url = try BrokerFixture.url()
                for message in messages {
                    try await Command.amqpPublish(
                        url: url, exchange: "swarm.\(cluster.name).groups", key: "carts.eu", body: "\"\(message)\"",
                        contentType: "application/json")
                }
                let everybody = Dictionary(uniqueKeysWithValues: members.map { ($0, 1) })
                // One client's messages come in order: when the last is there, no copy of the others can follow.
                try await eventually("the last one has reached all") {
                    Subscriber.received.withLock { $0[messages[4]]?.count } == members.count
                }
                for message in messages { #expect(Subscriber.received.withLock { $0[message] } == everybody) }
            }
        }
    }
}
