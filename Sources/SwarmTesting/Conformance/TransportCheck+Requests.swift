import Swarm
import SwarmCore

/// Requests from outside: one shared queue, and whoever serves it.
extension Bench {
    func requests() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        let outside = try await connected("outside")
        for peer in [a, b] { peer.connection.serveRequests(true) }
        try await awaitServing(by: 2, of: [a, b], asking: outside)
        let count = 200
        for index in 0..<count {
            try outside.send(
                OutboundFrame(
                    to: .exchange(.requests, key: "lookup"), lane: .request, body: Array("ask \(index)".utf8),
                    correlationID: "\(index)", replyTo: "somewhere"))
        }
        var served: [String: Int] = [:]
        for index in 0..<count {
            let (peer, frame) = try await takenRequest("ask \(index)", from: [a, b])
            try require(frame.lane == .request && frame.exchange == .requests, "a request came by \(frame.lane)")
            try require(frame.key == "lookup" && frame.correlationID == "\(index)", "a request lost its properties")
            try require(frame.receipt != nil, "a request cannot be acknowledged")
            served[peer.node.name, default: 0] += 1
        }
        try require(served.count == 2, "one node took all \(count) requests: \(served)")
        for index in 0..<count {
            for peer in [a, b] { try peer.refute("ask \(index)") }
        }
    }

    func unservedRequests() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        let outside = try await connected("outside")
        a.connection.serveRequests(true)
        try await awaitServing(by: 1, of: [a, b], asking: outside)
        b.connection.serveRequests(true)
        try await awaitServing(by: 2, of: [a, b], asking: outside)
        a.connection.serveRequests(false)
        try await awaitServing(by: 1, of: [a, b], asking: outside)
        for index in 0..<20 { try outside.send("ask \(index)", to: .requests, "list", lane: .request) }
        for index in 0..<20 { try await b.frame("ask \(index)") }
        for index in 0..<20 { try a.refute("ask \(index)") }
    }

    /// Asks until exactly so many different nodes have answered within one round of twenty.
    private func awaitServing(by count: Int, of servers: [TransportPeer], asking outside: TransportPeer) async throws {
        try await awaitRequestQueue(by: outside)
        for _ in 0..<500 {
            let round = String(UInt64.random(in: .min ... .max), radix: 36)
            var takers: Set<String> = []
            for index in 0..<20 {
                try outside.send("\(round) \(index)", to: .requests, "warm-up", lane: .request)
            }
            for index in 0..<20 {
                let (peer, _) = try await takenRequest("\(round) \(index)", from: servers)
                takers.insert(peer.node.name)
            }
            if takers.count == count { return }
        }
        throw ConformanceFailure("never were exactly \(count) nodes serving requests")
    }

    /// Serving begins when the node gets to it: until then nobody holds the queue of requests.
    private func awaitRequestQueue(by peer: TransportPeer) async throws {
        for id in UInt64(20_000)..<20_500 {
            try peer.send("anybody?", to: .requests, "warm-up", lane: .request, returnID: id)
            try peer.send("sentinel", to: .direct, "nobody.1", lane: .request, returnID: id + 20_000)
            try await peer.returned(id + 20_000)
            if (try? peer.refuteReturned(id)) != nil { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw ConformanceFailure("nobody takes requests")
    }

    /// Whichever node takes a request.
    private func takenRequest(
        _ text: String, from peers: [TransportPeer]
    ) async throws -> (TransportPeer, InboundFrame) {
        try await withThrowingTaskGroup(of: (TransportPeer, InboundFrame).self) { group in
            for peer in peers {
                group.addTask { (peer, try await peer.frame(text)) }
            }
            guard let first = try await group.next() else { throw ConformanceFailure("nobody to ask") }
            group.cancelAll()
            while let other = await group.nextResult() {
                if case .success = other { throw ConformanceFailure("'\(text)' was delivered twice") }
            }
            return first
        }
    }

    func redelivery() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        a.withholdAcknowledgements()
        a.connection.serveRequests(true)
        try await awaitRequestQueue(by: b)
        try b.send("ask", to: .requests, "call", lane: .request)
        let first = try await a.frame("ask")
        try require(!first.isRedelivered, "redelivered at the first time")
        b.connection.serveRequests(true)
        await a.stop()
        let second = try await b.frame("ask")
        try require(second.isRedelivered, "a request that another node had taken came as if it were new")
        try require(second.receipt != nil, "a request cannot be acknowledged")
    }

    func clientNodes() async throws {
        let a = try await connected("a")
        let client = peer("client", isClient: true)
        client.connection.serveRequests(true)
        try await client.connect()
        a.connection.serveRequests(true)
        try await client.bind(.heartbeats(of: nil))
        try a.send("beat", to: .control, "heartbeat.a", lane: .heartbeat)
        try a.send("delta", to: .control, "delta.a")
        try a.send("yours", to: .direct, "client.1")
        for text in ["beat", "delta", "yours"] { try await client.frame(text) }
        try client.send("from a client", to: .direct, "a.1")
        try await a.frame("from a client")
        try await awaitRequestQueue(by: client)
        for index in 0..<20 { try client.send("ask \(index)", to: .requests, "list", lane: .request) }
        for index in 0..<20 { try await a.frame("ask \(index)") }
    }
}
