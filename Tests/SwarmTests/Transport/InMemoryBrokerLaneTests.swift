import Swarm
import SwarmCore
import SwarmTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct InMemoryBrokerLaneTests {
    @Test func urgentLanesComeFirst() async throws {
        let broker = InMemoryBroker()
        let environment = TransportEnvironment(transport: broker, user: "swarm")
        let sender = TransportPeer("sender", cluster: "c", in: environment)
        let receiver = TransportPeer("receiver", cluster: "c", in: environment)
        for peer in [sender, receiver] { try await peer.connect() }
        try await receiver.bind(.group("g"))
        try await receiver.bind(.heartbeats(of: nil))
        broker.deafen(node: "receiver")
        for index in 0..<100 { try sender.send("group \(index)", to: .groups, "g", lane: .group) }
        for index in 0..<100 { try sender.send("delta \(index)", to: .control, "delta.x") }
        for index in 0..<3 { try sender.send("beat \(index)", to: .control, "heartbeat.x", lane: .heartbeat) }
        broker.heal(node: "receiver")
        try await receiver.frame("group 99")
        let lanes = receiver.untaken.compactMap(\.frame).map(\.lane)
        #expect(lanes.count == 202)
        #expect(lanes == lanes.sorted())
        for peer in [sender, receiver] { await peer.stop() }
    }

    @Test func fullQueuesDropTheOldestAndSaySo() async throws {
        var configuration = InMemoryConfiguration()
        configuration.groupQueue = BrokerQueueOptions(maximumCount: 10)
        configuration.heartbeatQueue = BrokerQueueOptions(maximumBytes: 30)
        let broker = InMemoryBroker(configuration: configuration)
        let environment = TransportEnvironment(transport: broker, user: "swarm")
        let sender = TransportPeer("sender", cluster: "c", in: environment)
        let receiver = TransportPeer("receiver", cluster: "c", in: environment)
        for peer in [sender, receiver] { try await peer.connect() }
        try await receiver.bind(.group("g"))
        try await receiver.bind(.heartbeats(of: nil))
        broker.deafen(node: "receiver")
        for index in 0..<25 { try sender.send("group \(index)", to: .groups, "g", lane: .group) }
        for index in 0..<5 { try sender.send("beat \(index) beat", to: .control, "heartbeat.x", lane: .heartbeat) }
        broker.heal(node: "receiver")
        try await receiver.frame("group 24")
        #expect(receiver.texts(in: .group) == (15..<24).map { "group \($0)" })
        #expect(receiver.texts(in: .heartbeat) == ["beat 3 beat", "beat 4 beat"])
        let drops = receiver.untaken.reduce(into: [TransportLane: Int]()) { drops, event in
            if case .dropped(let lane, let count) = event { drops[lane, default: 0] += count }
        }
        #expect(drops == [.group: 15, .heartbeat: 3])
        #expect(broker.counters.dropped == 18)
        for peer in [sender, receiver] { await peer.stop() }
    }

    @Test func unacknowledgedFramesStopTheirLaneOnly() async throws {
        var configuration = InMemoryConfiguration()
        configuration.groupPrefetch = 3
        configuration.directPrefetch = 2
        let broker = InMemoryBroker(configuration: configuration)
        let environment = TransportEnvironment(transport: broker, user: "swarm")
        let sender = TransportPeer("sender", cluster: "c", in: environment)
        let receiver = TransportPeer("receiver", cluster: "c", in: environment)
        for peer in [sender, receiver] { try await peer.connect() }
        receiver.withholdAcknowledgements()
        try await receiver.bind(.group("g"))
        for index in 0..<10 { try sender.send("group \(index)", to: .groups, "g", lane: .group) }
        for index in 0..<10 { try sender.send("direct \(index)", to: .direct, "receiver.1") }
        try sender.send("delta", to: .control, "delta.x")
        try await receiver.frame("delta")
        let third = try await receiver.frame("group 2")
        #expect(receiver.texts(in: .control) == ["direct 0", "direct 1"])
        #expect(receiver.texts(in: .group) == ["group 0", "group 1"])
        // A receipt is good once, and makes room for one.
        let receipt = try #require(third.receipt)
        receiver.connection.acknowledge(receipt)
        receiver.connection.acknowledge(receipt)
        try await receiver.frame("group 3")
        try sender.send("delta again", to: .control, "delta.x")
        try await receiver.frame("delta again")
        #expect(receiver.texts(in: .group) == ["group 0", "group 1"])
        for peer in [sender, receiver] { await peer.stop() }
    }

    @Test func whatAMQPCannotCarryIsDroppedAtOnce() async throws {
        var configuration = InMemoryConfiguration()
        configuration.broker.messageBytes = 100
        let broker = InMemoryBroker(configuration: configuration)
        let peer = TransportPeer("a", cluster: "c", in: TransportEnvironment(transport: broker, user: "swarm"))
        let large = OutboundFrame(
            to: .exchange(.control, key: "all"), lane: .control, body: [UInt8](repeating: 0, count: 101))
        let long = OutboundFrame(
            to: .exchange(.groups, key: String(repeating: "g", count: 256)), lane: .group, body: [])
        for frame in [large, long] { #expect(!peer.connection.publish(frame)) }
        try await peer.connect()
        for frame in [large, long] { #expect(!peer.connection.publish(frame)) }
        try peer.send("end", to: .control, "all")
        try await peer.frame("end")
        _ = try await peer.next("for drops") { if case .dropped(.group, count: _) = $0 { true } else { false } }
        await peer.stop()
        #expect(!peer.connection.publish(OutboundFrame(to: .exchange(.control, key: "all"), lane: .control, body: [])))
    }

    @Test func usersAreThoseOfTheConnection() async throws {
        let broker = InMemoryBroker()
        broker.setUser("intruder", ofNode: "b")
        let environment = TransportEnvironment(transport: broker, user: "swarm")
        let a = TransportPeer("a", cluster: "c", in: environment)
        let b = TransportPeer("b", cluster: "c", in: environment)
        for peer in [a, b] { try await peer.connect() }
        try b.send("forged", to: .direct, "a.1")
        #expect(try await a.frame("forged").userID == "intruder")
        try a.send("true", to: .direct, "a.1")
        #expect(try await a.frame("true").userID == "swarm")
        for peer in [a, b] { await peer.stop() }
    }

    @Test func aConnectionRunsOnceAtATime() async throws {
        let broker = InMemoryBroker()
        let peer = TransportPeer("a", cluster: "c", in: TransportEnvironment(transport: broker, user: "swarm"))
        try await peer.connect()
        await #expect(throws: SwarmError.self) { try await peer.connection.run { _ in } }
        await peer.stop()
        // It may be used again when it has ended.
        let queue = try await peer.connect()
        #expect(!queue.isEmpty)
        await peer.stop()
    }
}
