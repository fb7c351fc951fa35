import Swarm
import SwarmCore
import SwarmTesting
import Testing

/// What waits on either side of a connection: to be sent, or to be dealt with.
@Suite(.timeLimit(.minutes(1))) struct InMemoryBrokerBacklogTests {
    private static func direct(_ text: String, to name: String = "b", expiration: UInt32? = nil) -> OutboundFrame {
        OutboundFrame(
            to: .exchange(.direct, key: "\(name).1"), lane: .control, body: Array(text.utf8), expiration: expiration)
    }

    private static func pair(_ broker: InMemoryBroker) async throws -> (TransportPeer, TransportPeer) {
        let environment = TransportEnvironment(transport: broker, user: "swarm")
        let a = TransportPeer("a", cluster: "c", in: environment)
        let b = TransportPeer("b", cluster: "c", in: environment)
        for peer in [a, b] { try await peer.connect() }
        return (a, b)
    }

    @Test func whatExpiredWhileItWaitedIsNotSent() async throws {
        let broker = InMemoryBroker()
        let (a, b) = try await Self.pair(broker)
        broker.cut(node: "a")
        try a.send(Self.direct("before"))
        try a.send(Self.direct("expired", expiration: 0))
        try a.send(Self.direct("after", expiration: 60_000))
        broker.heal(node: "a")
        try await b.frame("after")
        #expect(b.texts(in: .control) == ["before"])
        for peer in [a, b] { await peer.stop() }
    }

    @Test func aLargeFrameIsNotOvertakenByASmallOne() async throws {
        var configuration = InMemoryConfiguration()
        configuration.broker.blockedBytes = 2_000
        let broker = InMemoryBroker(configuration: configuration)
        let (a, b) = try await Self.pair(broker)
        let texts = [String(repeating: "1", count: 1_500), String(repeating: "2", count: 1_500), "3"]
        broker.block()
        for text in texts { try a.send(Self.direct(text)) }
        broker.unblock()
        try a.send(Self.direct("end"))
        try await b.frame("end")
        #expect(b.texts(in: .control) == texts)
        for peer in [a, b] { await peer.stop() }
    }

    @Test func aReconnectIntoAnAlarmKeepsWhatDoesNotFit() async throws {
        var configuration = InMemoryConfiguration()
        configuration.broker.blockedBytes = 2_000
        let broker = InMemoryBroker(configuration: configuration)
        let (a, b) = try await Self.pair(broker)
        broker.cut(node: "a")
        _ = try await a.next("to be disconnected") { $0.isDisconnected }
        let texts = (0..<10).map { String(repeating: "\($0)", count: 600) }
        for text in texts { try a.send(Self.direct(text)) }
        broker.block()
        broker.heal(node: "a")
        _ = try await a.connected()
        _ = try await a.next("to be blocked") { if case .blocked = $0 { true } else { false } }
        broker.unblock()
        try a.send(Self.direct("end"))
        try await b.frame("end")
        #expect(b.texts(in: .control) == texts)
        for peer in [a, b] { await peer.stop() }
    }

    @Test func deltasDoNotKeepDirectFramesWaiting() async throws {
        let broker = InMemoryBroker()
        let (a, b) = try await Self.pair(broker)
        broker.deafen(node: "b")
        for index in 0..<100 { try a.send("delta \(index)", to: .control, "delta.a") }
        for index in 0..<10 { try a.send(Self.direct("direct \(index)")) }
        broker.heal(node: "b")
        try await b.frame("delta 99")
        let texts = b.texts(in: .control)
        #expect(texts.prefix(22).count { $0.hasPrefix("direct") } == 10)
        #expect(texts.count == 109)
        for peer in [a, b] { await peer.stop() }
    }

    @Test func aReceiptOfALostConnectionIsWorthNothing() async throws {
        var configuration = InMemoryConfiguration()
        configuration.directPrefetch = 1
        let broker = InMemoryBroker(configuration: configuration)
        let (a, b) = try await Self.pair(broker)
        b.withholdAcknowledgements()
        try a.send(Self.direct("old"))
        let old = try #require(try await b.frame("old").receipt)
        broker.cut(node: "b")
        _ = try await b.next("to be disconnected") { $0.isDisconnected }
        broker.heal(node: "b")
        _ = try await b.connected()
        try a.send(Self.direct("new 1"))
        try a.send(Self.direct("new 2"))
        let new = try #require(try await b.frame("new 1").receipt)
        #expect(new.tag == old.tag)
        b.connection.acknowledge(old)
        try a.send("delta", to: .control, "delta.a")
        try await b.frame("delta")
        #expect(b.texts(in: .control) == [])
        b.connection.acknowledge(new)
        try await b.frame("new 2")
        for peer in [a, b] { await peer.stop() }
    }

    /// Requests given to a node that has not looked at them go to another one when it is lost, and only there.
    @Test func requestsOfALostConnectionAreNotHandledTwice() async throws {
        let broker = InMemoryBroker()
        let (a, b) = try await Self.pair(broker)
        a.connection.serveRequests(true)
        a.connection.serveRequests(false)
        for index in 0..<10 { try a.send("ask \(index)", to: .requests, "list", lane: .request) }
        let (taken, taking) = AsyncStream.makeStream(of: String.self)
        let doomed = broker.makeNodeTransport(
            TransportContext(
                cluster: "c", node: NodeID(name: "doomed", incarnation: 1), isClient: false,
                logger: TransportEnvironment(transport: broker, user: nil).logger))
        doomed.serveRequests(true)
        let running = Task {
            try await doomed.run { event in
                guard let frame = event.frame else { return }
                let text = String(decoding: frame.body, as: UTF8.self)
                taking.yield(text)
                if text == "ask 0" { broker.cut(node: "doomed") }
                if text == "end" { taking.finish() }
            }
        }
        var texts = taken.makeAsyncIterator()
        #expect(await texts.next() == "ask 0")
        b.connection.serveRequests(true)
        for index in 0..<10 { #expect(try await b.frame("ask \(index)").isRedelivered) }
        b.connection.serveRequests(false)
        broker.heal(node: "doomed")
        try a.send("end", to: .requests, "list", lane: .request)
        #expect(await texts.next() == "end")
        running.cancel()
        try await running.value
        for peer in [a, b] { await peer.stop() }
    }
}
