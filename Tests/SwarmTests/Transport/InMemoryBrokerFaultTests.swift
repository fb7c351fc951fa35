import Swarm
import SwarmCore
import SwarmTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct InMemoryBrokerFaultTests {
    let broker = InMemoryBroker()

    private func peer(_ name: String, incarnation: UInt64 = 1) -> TransportPeer {
        TransportPeer(
            name, incarnation: incarnation, cluster: "c", in: TransportEnvironment(transport: broker, user: "swarm"))
    }

    private func connected(_ names: String...) async throws -> [TransportPeer] {
        var peers: [TransportPeer] = []
        for name in names {
            let peer = peer(name)
            try await peer.connect()
            peers.append(peer)
        }
        return peers
    }

    @Test func aKilledNodeVanishesAndSaysNothingMore() async throws {
        let (a, b) = try await pair()
        try await a.bind(.heartbeats(of: nil))
        broker.kill(node: "b")
        let isTaken = b.connection.publish(OutboundFrame(to: .exchange(.direct, key: "a.1"), lane: .control, body: [1]))
        #expect(!isTaken)
        try a.send("dead?", to: .direct, "b.1", returnID: 1)
        try await a.returned(1)
        // Its name is free, and what it bound is gone with it.
        let successor = peer("b", incarnation: 2)
        try await successor.connect()
        b.connection.bind(.group("g"))
        try a.send("group", to: .groups, "g", lane: .group, returnID: 2)
        try await a.returned(2)
        broker.heal()
        try a.send("still dead?", to: .direct, "b.1", returnID: 3)
        try await a.returned(3)
        #expect(!b.untaken.contains { $0.isDisconnected })
        for peer in [a, b, successor] { await peer.stop() }
    }

    @Test func aCutNodeReturnsWithWhatItWantedToSay() async throws {
        let (a, b) = try await pair()
        try await a.bind(.heartbeats(of: nil))
        broker.cut(node: "b")
        _ = try await b.next("to be disconnected") { $0.isDisconnected }
        try a.send("cut?", to: .direct, "b.1", returnID: 1)
        try await a.returned(1)
        try b.send("said while cut off", to: .direct, "a.1")
        try b.send(
            OutboundFrame(
                to: .exchange(.direct, key: "a.1"), lane: .control, body: Array("expired".utf8), expiration: 0))
        let beat = OutboundFrame(to: .exchange(.control, key: "heartbeat.b"), lane: .heartbeat, body: [])
        #expect(!b.connection.publish(beat))
        // A node that starts while it is cut off has to wait, too.
        broker.cut(node: "late")
        let late = peer("late")
        late.start()
        broker.heal(node: "b")
        _ = try await b.connected()
        try await a.frame("said while cut off")
        try b.send("end", to: .direct, "a.1")
        try await a.frame("end")
        try a.refute("expired")
        try a.send("late?", to: .direct, "late.1", returnID: 2)
        try await a.returned(2)
        broker.heal()
        _ = try await late.connected()
        for peer in [a, b, late] { await peer.stop() }
    }

    @Test func ofTwoOfOneNameOneStops() async throws {
        let (a, b) = try await pair()
        broker.stop()
        for peer in [a, b] { _ = try await peer.next("to be disconnected") { $0.isDisconnected } }
        let newcomer = peer("b", incarnation: 2)
        newcomer.start()
        broker.start()
        _ = try await a.connected()
        var outcomes: [String] = []
        for peer in [b, newcomer] {
            do {
                _ = try await peer.connected()
                outcomes.append("connected")
            } catch {
                outcomes.append("\(error)")
            }
        }
        #expect(outcomes.count { $0 == "connected" } == 1)
        #expect(outcomes.count { $0.contains("name_taken") } == 1)
        for peer in [a, b, newcomer] { await peer.stop() }
    }

    @Test func aRestartedBrokerHasForgottenTheNodes() async throws {
        let a = peer("a")
        let b = peer("b")
        let queues = [try await a.connect(), try await b.connect()]
        try await b.bind(.group("g"))
        broker.restart()
        for (peer, queue) in zip([a, b], queues) {
            _ = try await peer.next("to be disconnected") { $0.isDisconnected }
            #expect(try await peer.connected() != queue)
        }
        try await b.bound(.group("g"))
        try a.send("group", to: .groups, "g", lane: .group)
        try await b.frame("group")
        for peer in [a, b] { await peer.stop() }
    }

    @Test func aStoppedBrokerLetsNobodyIn() async throws {
        let (a, b) = try await pair()
        broker.stop()
        for peer in [a, b] { _ = try await peer.next("to be disconnected") { $0.isDisconnected } }
        #expect(throws: SwarmError.self) { try broker.makeClient(cluster: "c").publish([], to: "g") }
        broker.start()
        for peer in [a, b] { _ = try await peer.connected() }
        for peer in [a, b] { await peer.stop() }
    }

    @Test func anAlarmHoldsMessagesBack() async throws {
        let (a, b) = try await pair()
        broker.block()
        try a.send("held 1", to: .direct, "b.1")
        try a.send("held 2", to: .direct, "b.1")
        _ = try await a.next("to be blocked") { if case .blocked = $0 { true } else { false } }
        #expect(b.texts(in: .control) == [])
        broker.unblock()
        _ = try await a.next("to be unblocked") { if case .unblocked = $0 { true } else { false } }
        try await b.frame("held 1")
        try await b.frame("held 2")
        for peer in [a, b] { await peer.stop() }
    }

    @Test func aBlockedNodeKeepsItsOrderAndItsLimits() async throws {
        var configuration = InMemoryConfiguration()
        configuration.outboundCount = 10
        configuration.broker.blockedBytes = 2_000
        let broker = InMemoryBroker(configuration: configuration)
        let environment = TransportEnvironment(transport: broker, user: "swarm")
        let a = TransportPeer("a", cluster: "c", in: environment)
        let b = TransportPeer("b", cluster: "c", in: environment)
        for peer in [a, b] { try await peer.connect() }
        broker.block()
        var taken = 0
        while a.connection.publish(
            OutboundFrame(to: .exchange(.direct, key: "b.1"), lane: .control, body: Array("\(taken)".utf8)))
        {
            taken += 1
            try #require(taken < 1_000)
        }
        #expect(taken > 10)
        let event = try await a.next("for drops to be reported") { if case .dropped = $0 { true } else { false } }
        guard case .dropped(.control, count: 1) = event else {
            Issue.record("\(event)")
            return
        }
        // Other lanes have room of their own.
        try a.send("urgent", to: .control, "all", lane: .heartbeat)
        broker.unblock()
        for index in 0..<taken { try await b.frame("\(index)") }
        try await b.frame("urgent")
        for peer in [a, b] { await peer.stop() }
    }

    @Test(arguments: [false, true]) func partsOfASplitDoNotHearEachOther(silently: Bool) async throws {
        let peers = try await connected("a", "b", "c")
        let (a, b, c) = (peers[0], peers[1], peers[2])
        for peer in peers { try await peer.bind(.heartbeats(of: nil)) }
        broker.split([["a"], ["b", "c"]], silently: silently)
        for peer in peers { try peer.send("from \(peer.node.name)", to: .control, "heartbeat.x", lane: .heartbeat) }
        try await a.frame("from a")
        for peer in [b, c] {
            try await peer.frame("from b")
            try await peer.frame("from c")
        }
        try a.send("across", to: .direct, "b.1", returnID: 1)
        try a.send("nowhere", to: .direct, "nobody.1", returnID: 2)
        try await a.returned(2)
        if silently { try a.refuteReturned(1) } else { try await a.returned(1) }

        // Who reconnects stays on its side.
        broker.cut(node: "c")
        broker.heal(node: "c")
        _ = try await c.next("to be disconnected") { $0.isDisconnected }
        _ = try await c.connected()
        try b.send("to c", to: .direct, "c.1")
        try await c.frame("to c")
        try a.send("to c", to: .direct, "c.1", returnID: 3)
        if !silently { try await a.returned(3) }

        broker.heal()
        try a.send("healed", to: .control, "heartbeat.a", lane: .heartbeat)
        for peer in peers { try await peer.frame("healed") }
        for peer in [b, c] {
            try peer.refute("from a")
            try peer.refute("across")
        }
        try a.refute("from b")
        for peer in peers { await peer.stop() }
    }

    @Test func aDeafNodeHearsLater() async throws {
        let (a, b) = try await pair()
        try await b.bind(.heartbeats(of: nil))
        broker.deafen(node: "b")
        try a.send("unheard", to: .control, "heartbeat.a", lane: .heartbeat, returnID: 1)
        try a.send("nowhere", to: .direct, "nobody.1", returnID: 2)
        try await a.returned(2)
        try a.refuteReturned(1)
        try b.refute("unheard")
        broker.heal(node: "b")
        try await b.frame("unheard")
        for peer in [a, b] { await peer.stop() }
    }

    private func pair() async throws -> (TransportPeer, TransportPeer) {
        let peers = try await connected("a", "b")
        return (peers[0], peers[1])
    }
}
