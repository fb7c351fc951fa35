import Swarm
import SwarmAMQP
import SwarmCore
import Testing

/// The transport when things go wrong: each test has a broker of its own, or none.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct AMQPFailureTests {
    private let cluster = BrokerFixture.cluster()

    /// A node with quick reactions.
    private func node(
        _ broker: PrivateBroker, url: String? = nil, name: String = "a", change: (inout AMQPOptions) -> Void = { _ in }
    ) -> TransportHarness {
        var options = AMQPOptions()
        options.heartbeat = .seconds(1)
        options.connectTimeout = .seconds(2)
        change(&options)
        return TransportHarness(url: url ?? broker.url, cluster: cluster, name: name, options: options)
    }

    @Test func waitsForABrokerThatIsNotThereYet() async throws {
        try await withPrivateBroker { broker in
            try await node(broker).run { node in
                let reason = try await node.events.disconnected()
                #expect(reason.contains("127.0.0.1:\(broker.port)"))
                try await broker.start()
                try await node.events.connected()
            }
        }
    }

    @Test func comesBackWithFreshQueuesWhenTheBrokerRestarts() async throws {
        try await withPrivateBroker { broker in
            try await broker.start()
            try await node(broker).run { node in
                node.transport.bind(.group("g"))
                node.transport.bind(.heartbeats(of: nil))
                let before = try await node.events.connected()
                try await broker.kill()
                try await node.events.disconnected()
                // Kept meanwhile, and sent when all is bound again.
                node.send(.groups, key: "g", lane: .group, body: [5])
                try await broker.start()
                let after = try await node.events.connected()
                #expect(before != after)
                try await node.events.bound(.group("g"))
                #expect(try await node.events.received().body == [5])

                try await broker.stop()
                #expect(try await node.events.disconnected().contains("320"))
                try await broker.start()
                try await node.events.connected()
                node.sendHeartbeat([6])
                #expect(try await node.events.received().body == [6])
            }
        }
    }

    @Test func noticesABrokerThatFallsSilent() async throws {
        try await withPrivateBroker { broker in
            try await broker.start()
            try await node(broker).run { node in
                try await node.events.connected()
                try await broker.pause()
                try await node.events.disconnected()
                try await broker.resume()
                try await node.events.connected()
            }
        }
    }

    @Test func givesUpAWriteThatHangs() async throws {
        try await withPrivateBroker { broker in
            try await broker.start()
            // Without the watchdog nothing would notice for half a minute.
            let patient = node(broker) {
                $0.heartbeat = .seconds(30)
                $0.stallLimit = .seconds(1)
            }
            try await patient.run { node in
                try await node.events.connected()
                try await broker.pause()
                // Larger than what sockets buffer on both sides.
                let body = [UInt8](repeating: 1, count: 24 << 20)
                node.send(.groups, key: "g", lane: .group, body: body)
                #expect(try await node.events.disconnected(within: .seconds(15)).contains("hung"))
                try await broker.resume()
                try await node.events.connected()
            }
        }
    }

    @Test func waitsWhileTheBrokerIsShortOfMemory() async throws {
        try await withPrivateBroker { broker in
            try await broker.start()
            try await node(broker) { $0.outbound.heartbeatFrames = 8 }.run { node in
                node.transport.bind(.heartbeats(of: nil))
                try await node.events.connected()
                try await broker.control("set_vm_memory_high_watermark", "absolute", "1MB")
                // A broker tells only those that publish.
                node.sendHeartbeat([0])
                let reason = try await node.events.next("blocked") {
                    if case .blocked(let reason) = $0 { reason } else { nil }
                }
                #expect(reason.contains("memory"))
                // Not sent: the newest are kept. Binding goes on, on the other connection.
                for number in 1...20 { node.sendHeartbeat([UInt8(number)]) }
                node.transport.bind(.group("g"))
                try await node.events.bound(.group("g"))
                try await broker.control("set_vm_memory_high_watermark", "absolute", "1GB")
                try await node.events.next("unblocked") { if case .unblocked = $0 { () } else { nil } }
                #expect(try await node.events.received { $0.body != [0] }.body == [13])
                let dropped = node.events.all.reduce(0) {
                    if case .dropped(.heartbeat, let count) = $1 { $0 + count } else { $0 }
                }
                #expect(dropped == 12)
            }
        }
    }

    @Test func endsWhenItsNameIsTakenDuringAnOutage() async throws {
        try await withPrivateBroker { broker in
            try await broker.start()
            let cable = try TCPForwarder(to: UInt16(broker.port))
            defer { cable.end() }
            let other = node(broker)
            let cut = node(broker, url: "amqp://guest:guest@127.0.0.1:\(cable.port)") {
                $0.nameLockTimeout = .seconds(1)
            }
            let error = await #expect(throws: SwarmError.self) {
                try await cut.run { node in
                    try await node.events.connected()
                    cable.cut()
                    _ = try await node.events.disconnected()
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await other.transport.run { other.events.record($0) } }
                        try await other.events.connected()
                        cable.mend()
                        _ = try await node.events.next("end of the run", within: .seconds(20)) { _ in nil as Bool? }
                    }
                }
            }
            #expect(error?.code == .nameTaken)
        }
    }

    @Test func saysWhatToDoWhenAccessIsRefused() async throws {
        try await withPrivateBroker { broker in
            try await broker.start()
            try await broker.control("add_user", "limited", "pw")
            try await broker.control("set_permissions", "limited", "^$", "^$", "^$")
            let logins = [
                "guest:wrong@127.0.0.1:\(broker.port)", "nobody:guest@127.0.0.1:\(broker.port)",
                "guest:guest@127.0.0.1:\(broker.port)/elsewhere", "limited:pw@127.0.0.1:\(broker.port)",
            ]
            for login in logins {
                let error = await #expect(throws: SwarmError.self) {
                    try await TransportHarness(url: "amqp://" + login, cluster: cluster)
                        .run { try await $0.events.connected() }
                }
                #expect(error?.code == .accessRefused)
                #expect(error?.message.contains("wrong") == false)
                #expect(error?.message.contains("Check user and password") == true)
                #expect(error?.message.contains("list_permissions") == true)
            }
        }
    }

    @Test func declaresAllAnewWhenSomethingIsDeleted() async throws {
        try await withPrivateBroker { broker in
            try await broker.start()
            try await node(broker).run { node in
                node.transport.bind(.group("g"))
                node.transport.serveRequests(true)
                let first = try await node.events.connected()
                let exchange = "swarm.\(cluster).groups"
                try await broker.control(
                    "eval",
                    #"rabbit_exchange:delete(rabbit_misc:r(<<"/">>, exchange, <<"\#(exchange)">>), false, <<"t">>)."#)
                node.send(.groups, key: "g", lane: .group, body: [1])
                let second = try await node.events.connected()
                #expect(second != first)
                node.send(.groups, key: "g", lane: .group, body: [2])
                #expect(try await node.events.received { $0.lane == .group }.body == [2])

                try await broker.control(
                    "eval",
                    #"{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"\#(second)">>)), rabbit_amqqueue:delete(Q, false, false, <<"t">>)."#
                )
                #expect(try await node.events.connected() != second)

                // The shared queue comes back without a new connection.
                try await broker.control("delete_queue", "swarm.\(cluster).requests")
                var id: UInt64 = 0
                repeat { id += 1 } while try await isReturned(id, node)
            }
        }
    }

    /// Whether a request finds no queue; otherwise it has arrived.
    private func isReturned(_ id: UInt64, _ node: TransportHarness) async throws -> Bool {
        node.send(.requests, key: "probe", lane: .request, returnID: id)
        return try await node.events.next("answer") {
            switch $0 {
            case .returned(id): true
            case .received(let frame) where frame.lane == .request: false
            default: nil
            }
        }
    }

    @Test func endsQuicklyWhileNothingAnswers() async throws {
        try await withPrivateBroker { broker in
            let clock = ContinuousClock()
            let time = try await clock.measure {
                try await node(broker).run { _ = try await $0.events.disconnected() }
            }
            #expect(time < .seconds(10))
        }
    }

    @Test func refusesAnUnusableURL() async throws {
        let error = await #expect(throws: SwarmError.self) {
            try await TransportHarness(url: "http://x", cluster: cluster).run { try await $0.events.connected() }
        }
        #expect(error?.code == .invalidArgument)
    }
}
