import Swarm
import SwarmCore

/// Connections: their names, their end, and what outlives them.
extension Bench {
    func nameLock() async throws {
        let first = try await connected("a")
        let newcomer = peer("a", incarnation: 2)
        newcomer.start()
        let error = try await newcomer.thrown()
        try require((error as? SwarmError)?.code == .nameTaken, "a second node of one name got \(error)")
        // The first one is none the worse for it.
        try first.send("still here", to: .direct, "a.1")
        try await first.frame("still here")
        await first.stop()
        let next = peer("a", incarnation: 3)
        try await next.connect()
    }

    func cancellation() async throws {
        let a = try await connected("a")
        let b = peer("b")
        b.start()
        await b.stop()
        await a.stop()
        let c = peer("c")
        try await c.connect()
        try await awaitUnroutable(.exchange(.direct, key: "a.1"), by: c)
    }

    func bindingsBeforeRun() async throws {
        let a = peer("a")
        a.connection.bind(.group("early"))
        a.connection.bind(.heartbeats(of: nil))
        a.connection.bind(.group("given up"))
        a.connection.unbind(.group("given up"))
        try await a.connect()
        try await a.bound(.group("early"))
        try await a.bound(.heartbeats(of: nil))
        let b = try await connected("b")
        try b.send("given up", to: .groups, "given up", lane: .group, returnID: 1)
        try await b.returned(1)
        try b.send("early", to: .groups, "early", lane: .group)
        try await a.frame("early")
        // Bound again: said again.
        try await a.bind(.group("early"))
    }

    func reconnect() async throws {
        guard let cut = environment.cut, let heal = environment.heal else {
            throw ConformanceFailure("this environment cannot cut connections")
        }
        let a = try await connected("a")
        let b = peer("b")
        let queue = try await b.connect()
        try await b.bind(.group("g"))
        try await b.bind(.heartbeats(of: nil))
        b.connection.serveRequests(true)

        try await cut("b")
        _ = try await b.next("to be disconnected") { $0.isDisconnected }
        try await awaitUnroutable(.queue(queue), by: a)

        b.connection.bind(.group("new"))
        try await heal("b")
        let newQueue = try await b.connected()
        try require(newQueue != queue, "the queue \(queue) was used again")
        for binding in [TransportBinding.group("g"), .heartbeats(of: nil), .group("new")] { try await b.bound(binding) }
        try a.send("beat", to: .control, "heartbeat.a", lane: .heartbeat)
        try a.send("delta", to: .control, "delta.a")
        try a.send("yours", to: .direct, "b.1")
        try a.send("group", to: .groups, "g", lane: .group)
        try a.send("new group", to: .groups, "new", lane: .group)
        try a.send("ask", to: .requests, "list", lane: .request)
        for text in ["beat", "delta", "yours", "group", "new group", "ask"] { try await b.frame(text) }
        try b.send("back", to: .direct, "a.1")
        try await a.frame("back")
    }

    /// The broker may need a moment to learn that a connection is dead.
    func awaitUnroutable(_ destination: TransportDestination, by peer: TransportPeer) async throws {
        for id in UInt64(1_000)..<1_500 {
            try peer.send(OutboundFrame(to: destination, lane: .control, body: [], returnID: id))
            try peer.send("sentinel", to: .direct, "nobody.1", returnID: id + 10_000)
            try await peer.returned(id + 10_000)
            if (try? peer.refuteReturned(id)) == nil { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw ConformanceFailure("\(destination) still takes messages, though its connection has ended")
    }
}
