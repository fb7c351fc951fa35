import Swarm
import SwarmAMQP
import SwarmCore
import Testing

/// The transport against a real broker: what goes in at one end comes out at the other.
@Suite(.timeLimit(.minutes(5)))
struct AMQPTransportTests {
    private let url: String
    private let cluster = BrokerFixture.cluster()

    init() throws { url = try BrokerFixture.url() }

    @Test func hearsItsOwnHeartbeat() async throws {
        try await TransportHarness(url: url, cluster: cluster).run { node in
            node.transport.bind(.heartbeats(of: nil))
            try await node.events.connected()
            try await node.events.bound(.heartbeats(of: nil))
            node.sendHeartbeat([7])
            let frame = try await node.events.received()
            #expect(frame.lane == .heartbeat)
            #expect(frame.exchange == .control)
            #expect(frame.key == "heartbeat.a")
            #expect(frame.body == [7])
            #expect(frame.userID == "guest")
            #expect(frame.receipt == nil)
        }
    }

    @Test func hearsOnlyTheHeartbeatsAskedFor() async throws {
        try await TransportHarness(url: url, cluster: cluster).run { node in
            node.transport.bind(.heartbeats(of: "b"))
            try await node.events.bound(.heartbeats(of: "b"))
            node.sendHeartbeat([1])
            node.send(.control, key: TransportKey.heartbeat(of: "b"), lane: .heartbeat, body: [2])
            #expect(try await node.events.received().body == [2])
        }
    }

    @Test func carriesDeltasVerdictsAndDirectFrames() async throws {
        let sender = TransportHarness(url: url, cluster: cluster, name: "a")
        let receiver = TransportHarness(url: url, cluster: cluster, name: "b")
        let large = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        try await sender.run { sender in
            try await receiver.run { receiver in
                try await sender.events.connected()
                try await receiver.events.connected()
                sender.send(.control, key: TransportKey.delta(of: "a"), lane: .control, body: [1])
                sender.send(.control, key: TransportKey.all, lane: .control, body: [2])
                sender.transport.publish(
                    OutboundFrame(
                        to: .exchange(.direct, key: TransportKey.direct(to: receiver.node)), lane: .control,
                        body: large,
                        contentType: "application/x-swarm", correlationID: "c1", replyTo: "r1",
                        headers: ["traceparent": "00-1", "ключ": "значение"]))
                sender.send(.direct, key: "b.0", lane: .control, body: [4])
                sender.send(.control, key: TransportKey.all, lane: .control, body: [5])

                let delta = try await receiver.events.received()
                #expect(delta.body == [1] && delta.receipt == nil && delta.lane == .control)
                #expect(try await receiver.events.received().body == [2])
                let direct = try await receiver.events.received()
                #expect(direct.body == large)
                #expect(direct.exchange == .direct)
                #expect(direct.contentType == "application/x-swarm")
                #expect(direct.correlationID == "c1")
                #expect(direct.replyTo == "r1")
                #expect(direct.headers == ["traceparent": "00-1", "ключ": "значение"])
                #expect(!direct.isRedelivered)
                receiver.transport.acknowledge(try #require(direct.receipt))
                // The frame for another incarnation did not come in between.
                #expect(try await receiver.events.received().body == [5])
            }
        }
    }

    @Test func goesOnAfterMoreThanAWindowOfAcknowledgedFrames() async throws {
        var options = AMQPOptions()
        options.queues.controlPrefetch = 4
        try await TransportHarness(url: url, cluster: cluster, options: options).run { node in
            try await node.events.connected()
            for number in 0..<50 {
                node.send(.direct, key: TransportKey.direct(to: node.node), lane: .control, body: [UInt8(number)])
                node.send(.control, key: TransportKey.all, lane: .control, body: [UInt8(number + 100)])
            }
            for number in 0..<50 {
                let direct = try await node.events.received { $0.exchange == .direct }
                #expect(direct.body == [UInt8(number)])
                node.transport.acknowledge(try #require(direct.receipt))
            }
        }
    }

    @Test func bindsGroupsAndTakesMessagesFromOtherClients() async throws {
        try await TransportHarness(url: url, cluster: cluster).run { node in
            try await node.events.connected()
            node.transport.bind(.group("sensors.*.temperature"))
            try await node.events.bound(.group("sensors.*.temperature"))
            try await Command.amqpPublish(
                url: url, exchange: "swarm.\(cluster).groups", key: "sensors.eu.temperature", body: #"{"get":{}}"#,
                contentType: "application/json")
            let outside = try await node.events.received()
            #expect(outside.lane == .group)
            #expect(outside.key == "sensors.eu.temperature")
            #expect(String(decoding: outside.body, as: UTF8.self) == #"{"get":{}}"#)
            #expect(outside.contentType == "application/json")
            #expect(outside.userID == nil)
            node.transport.acknowledge(try #require(outside.receipt))

            node.send(.groups, key: "sensors.us.temperature", lane: .group, body: [9])
            #expect(try await node.events.received().body == [9])

            node.transport.unbind(.group("sensors.*.temperature"))
            node.transport.bind(.group("other"))
            try await node.events.bound(.group("other"))
            node.send(.groups, key: "sensors.us.temperature", lane: .group, body: [10])
            node.send(.groups, key: "other", lane: .group, body: [11])
            #expect(try await node.events.received().body == [11])
        }
    }

    @Test func returnsWhatNoQueueTakes() async throws {
        try await TransportHarness(url: url, cluster: cluster).run { node in
            let queue = try await node.events.connected()
            node.send(.direct, key: "nobody.1", lane: .control, returnID: 41)
            node.transport.publish(
                OutboundFrame(to: .queue("swarm.nowhere"), lane: .heartbeat, body: [1], returnID: 42))
            node.transport.publish(OutboundFrame(to: .queue(queue), lane: .heartbeat, body: [3], returnID: 43))
            var returned: Set<UInt64> = []
            for _ in 0..<2 {
                returned.insert(
                    try await node.events.next("returned") { if case .returned(let id) = $0 { id } else { nil } })
            }
            #expect(returned == [41, 42])
            // The probe of a live queue arrives.
            let isProbeHere = node.events.all.contains {
                if case .received(let frame) = $0 { frame.body == [3] } else { false }
            }
            if !isProbeHere { #expect(try await node.events.received().body == [3]) }
        }
    }

    @Test func dropsWhatForeignUsersSayInTheNameOfNodes() async throws {
        try await TransportHarness(url: url, cluster: cluster).run { node in
            let queue = try await node.events.connected()
            let control = queue.replacing(".heartbeat", with: ".control")
            // No user id, and past the cluster's exchanges.
            try await Command.amqpPublish(url: url, exchange: "swarm.\(cluster).control", key: "all", body: "x")
            try await Command.amqpPublish(url: url, exchange: "", key: control, body: "x")
            node.transport.publish(OutboundFrame(to: .queue(control), lane: .control, body: [1]))
            node.send(.control, key: TransportKey.all, lane: .control, body: [2])
            #expect(try await node.events.received().body == [2])
        }
    }

    @Test func sharesTheQueueOfRequests() async throws {
        let first = TransportHarness(url: url, cluster: cluster, name: "a")
        let second = TransportHarness(url: url, cluster: cluster, name: "b")
        try await first.run { first in
            try await second.run { second in
                try await first.events.connected()
                try await second.events.connected()
                second.transport.serveRequests(true)
                var id: UInt64 = 0
                repeat { id += 2 } while try await isReturned(id, first)
                try await Command.amqpPublish(
                    url: url, exchange: "swarm.\(cluster).requests", key: "lookup", body: "q", replyTo: "answers")
                _ = try await second.events.received { $0.key == "probe" }
                let request = try await second.events.received()
                #expect(request.exchange == .requests)
                #expect(request.key == "lookup")
                #expect(request.replyTo == "answers")
                second.transport.acknowledge(try #require(request.receipt))
                second.transport.serveRequests(false)
                // When the second of these stands, what was asked before the first has been done.
                for group in ["g", "h"] {
                    second.transport.bind(.group(group))
                    try await second.events.bound(.group(group))
                }
                first.transport.serveRequests(true)
                second.send(.requests, key: "again", lane: .request)
                #expect(try await first.events.received().key == "again")
            }
        }
    }

    /// Whether a request finds no queue; a message that surely comes back shows that the answer is complete.
    private func isReturned(_ id: UInt64, _ node: TransportHarness) async throws -> Bool {
        node.send(.requests, key: "probe", lane: .request, returnID: id)
        node.send(.direct, key: "nobody", lane: .request, returnID: id + 1)
        let first = try await node.events.next("returned") { if case .returned(let id) = $0 { id } else { nil } }
        guard first == id else { return false }
        _ = try await node.events.next("returned") { if case .returned(id + 1) = $0 { true } else { nil } }
        return true
    }

    @Test func refusesANameThatALiveNodeHolds() async throws {
        var options = AMQPOptions()
        options.nameLockTimeout = .seconds(1)
        let second = TransportHarness(url: url, cluster: cluster, options: options)
        try await TransportHarness(url: url, cluster: cluster).run { holder in
            try await holder.events.connected()
            let error = await #expect(throws: SwarmError.self) {
                try await second.run { try await $0.events.connected() }
            }
            #expect(error?.code == .nameTaken)
            #expect(error?.message.contains("'a'") == true)
            // The holder has noticed nothing.
            #expect(!holder.events.all.contains { if case .received = $0 { true } else { false } })
        }
        // Given back in order: taken at once.
        try await TransportHarness(url: url, cluster: cluster, options: options).run { try await $0.events.connected() }
    }

    @Test func clientsDeclareNoLanesForWorkers() async throws {
        try await TransportHarness(url: url, cluster: cluster, isClient: true).run { node in
            let queue = try await node.events.connected()
            node.transport.publish(
                OutboundFrame(
                    to: .queue(queue.replacing(".heartbeat", with: ".group")), lane: .group, body: [1], returnID: 1))
            _ = try await node.events.next("returned") { if case .returned(1) = $0 { true } else { nil } }
        }
    }

    @Test func lastMessagesGoOutWhenTheTransportEnds() async throws {
        let receiver = TransportHarness(url: url, cluster: cluster, name: "b")
        try await receiver.run { receiver in
            try await receiver.events.connected()
            try await TransportHarness(url: url, cluster: cluster, name: "a").run { sender in
                try await sender.events.connected()
                for number in 0..<200 {
                    sender.send(.control, key: TransportKey.all, lane: .control, body: [UInt8(number)])
                }
            }
            for number in 0..<200 { #expect(try await receiver.events.received().body == [UInt8(number)]) }
        }
    }

    @Test func tellsWhatItDropped() async throws {
        var options = AMQPOptions()
        options.outbound.laneFrames = 10
        let node = TransportHarness(url: url, cluster: cluster, options: options)
        // Not running yet: nothing leaves the queue.
        var accepted = 0
        for _ in 0..<15 {
            let frame = OutboundFrame(to: .exchange(.groups, key: "g"), lane: .group, body: [1])
            if node.transport.publish(frame) { accepted += 1 }
        }
        #expect(accepted == 10)
        try await node.run { node in
            let dropped = try await node.events.next("dropped") {
                if case .dropped(.group, let count) = $0 { count } else { nil }
            }
            #expect(dropped == 5)
        }
    }
}
