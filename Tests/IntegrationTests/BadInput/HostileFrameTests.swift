import Foundation
import Swarm
import SwarmCore
import SwarmWire
import Testing

extension BadInput {
    /// What cannot be read is dropped and counted, on every exchange, and the cluster goes on.
    @Suite struct HostileFrameTests {
        /// What is wrong with a frame between nodes, and which counter of each node that gets it tells.
        enum Damage: CaseIterable {
            case random, truncated, oversized, otherMajor, foreignNode, deadIncarnation, unknownMessages, unknownFields

            var counter: String? {
                switch self {
                case .random, .truncated, .otherMajor: "swarm_frames_dropped_unreadable"
                case .oversized: "swarm_frames_dropped_oversized"
                case .foreignNode: "swarm_frames_foreign"
                case .deadIncarnation: "swarm_frames_stale"
                case .unknownMessages: "swarm_frames_dropped_unknown"
                case .unknownFields: nil
                }
            }
        }

        @Test(arguments: Backend.allCases, Damage.allCases)
        func framesBetweenNodes(backend: Backend, damage: Damage) async throws {
            try await withCluster(backend) { cluster in
                let nodes = try await cluster.start("a", "b")
                try await cluster.registerTallies(["one", "two"])
                let first = nodes[0].id
                // To all of them, and to one.
                let keys: [(TransportExchange, String)] = [
                    (.control, TransportKey.heartbeat(of: "intruder")), (.control, TransportKey.delta(of: "intruder")),
                    (.control, TransportKey.all), (.direct, TransportKey.direct(to: first)),
                ]
                try await Intruder.visit(cluster) { intruder in
                    try await intruder.events.connected()
                    let bodies = try Self.bodies(damage, intruder, nodes)
                    // A queue for heartbeats takes nothing so large.
                    for (exchange, key) in damage == .oversized ? keys.suffix(2) : keys[...] {
                        let before = counts(cluster, damage)
                        for body in bodies {
                            let isQueued = intruder.publish(body, to: exchange, key: key)
                            #expect(isQueued)
                        }
                        guard damage.counter != nil else { continue }
                        let number = Int64(bodies.count)
                        try await waitOut("all are counted, \(key)") {
                            let now = counts(cluster, damage)
                            let (a, b) = (now.a - before.a, now.b - before.b)
                            return a == number && b == (exchange == .direct ? 0 : number)
                                ? nil : "\(a) and \(b) of \(number)"
                        }
                    }
                    // Whatever came, they understand each other.
                    try await nodes[1].register("three", as: Tally.self)
                    #expect(try await cluster.totals(["one", "two", "three"]) == [1, 2, 0])
                }
                try await cluster.settled(["one", "two", "three"])
                if damage == .unknownFields {
                    for node in ["a", "b"] {
                        #expect(cluster.metrics.count("swarm_frames_dropped_unreadable", node: node) == 0)
                        #expect(cluster.metrics.count("swarm_frames_dropped_unknown", node: node) == 0)
                    }
                }
            }
        }

        private func counts(_ cluster: FaultyCluster, _ damage: Damage) -> (a: Int64, b: Int64) {
            let counter = damage.counter ?? ""
            return (cluster.metrics.count(counter, node: "a"), cluster.metrics.count(counter, node: "b"))
        }

        private static func bodies(_ damage: Damage, _ intruder: Intruder, _ nodes: [SwarmNode]) throws -> [[UInt8]] {
            let probe = Message.acknowledge(upTo: 1)
            let valid = try intruder.frame(probe)
            var generator = SplitMix64(seed: 42)
            switch damage {
            case .random:
                return (1...50).map { size in
                    // Never by chance the beginning of a frame.
                    [0xff] + (0..<size * 40).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
                }
            case .truncated:
                return (1..<valid.count).map { Array(valid.prefix($0)) }.filter {
                    // A prefix may happen to end between two fields.
                    (try? WireCodec.decode($0)) == nil
                }
            case .oversized: return [valid + [UInt8](repeating: 0, count: WireLimits.frameBytes)]
            case .otherMajor:
                // Field 1 is the major version: a varint after its tag.
                return [[valid[0], UInt8(WireVersion.major + 1)] + valid.dropFirst(2)]
            case .foreignNode:
                return [valid, try intruder.frame(.delta(Delta(origin: intruder.node, first: 1, operations: [])))]
            case .deadIncarnation:
                // An earlier start of a node that is a member now.
                return [try intruder.frame(probe, from: NodeID(name: "b", incarnation: nodes[1].id.incarnation - 1))]
            case .unknownMessages:
                // Field 7 holds a message, whose case is number 57.
                return [valid + [7 << 3 | 2, 4] + field(57, [1])]
            case .unknownFields: return [valid + field(60, Array("of a later version".utf8))]
            }
        }

        /// A field of bytes, of a number from 16 to 2,047.
        private static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
            [UInt8(number << 3 & 0x7f | 0x80 | 2), UInt8(number >> 4), UInt8(content.count)] + content
        }

        @Test(arguments: Backend.allCases) func aFrameForAnEarlierStartOfANodeReachesNobody(backend: Backend)
            async throws
        {
            try await withCluster(backend) { cluster in
                let node = try await cluster.start("a")[0]
                try await Intruder.visit(cluster) { intruder in
                    try await intruder.events.connected()
                    let earlier = NodeID(name: "a", incarnation: node.id.incarnation - 1)
                    intruder.publish(
                        try intruder.frame(.acknowledge(upTo: 1)), to: .direct, key: TransportKey.direct(to: earlier),
                        returnID: 5)
                    try await intruder.events.next("return") { if case .returned(5) = $0 { () } else { nil } }
                }
            }
        }

        @Test(arguments: Backend.allCases) func messagesOfGroups(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let node = try await cluster.start("a")[0]
                let ref = try await node.register("tally", as: Tally.self, groups: ["g"])
                try await Intruder.visit(cluster) { intruder in
                    try await intruder.events.connected()
                    var generator = SplitMix64(seed: 43)
                    var bodies: [[UInt8]] = [
                        [], [0xff, 0xfe], Array("{".utf8), Array(#"{"add":{"amount":"many"}}"#.utf8),
                        Array(#"{"explode":{}}"#.utf8), Array(repeating: UInt8(ascii: "["), count: 100_000),
                        // More than a message may have.
                        [UInt8](repeating: UInt8(ascii: " "), count: 4 << 20) + Array(#"{"get":{}}"#.utf8),
                        // A frame of the nodes' own.
                        try intruder.frame(.acknowledge(upTo: 1)),
                    ]
                    for size in 1...20 {
                        // Never by chance JSON.
                        bodies.append([0xff] + (0..<size * 50).map { _ in .random(in: 0...255, using: &generator) })
                    }
                    for body in bodies { intruder.publish(body, to: .groups, key: "g") }
                    intruder.publish(Array(#"{"add":{"amount":4}}"#.utf8), to: .groups, key: "nobody.is.here")
                    // The good one, with fields of a later version.
                    intruder.publish(Array(#"{"add":{"amount":3,"of":"later"}}"#.utf8), to: .groups, key: "g")
                    try await eventually("the good one is handled") { try await ref.call(.get) == 3 }
                    #expect(cluster.metrics.count("swarm_worker_drops", node: "a") == Int64(bodies.count))
                    #expect(cluster.metrics.count("swarm_worker_failures", node: "a") == 0)
                }
            }
        }

        @Test(arguments: Backend.allCases) func requestsFromOutside(backend: Backend) async throws {
            try await withCluster(backend) { cluster in
                let node = try await cluster.start("a")[0]
                try await node.register("tally", as: Tally.self)
                try await Intruder.visit(cluster) { intruder in
                    let queue = try await intruder.events.connected()
                    let requests: [(operation: String, body: String, code: String, advice: String)] = [
                        ("explode", "{}", "invalid_argument", "use one of"),
                        (
                            "lookup", "{", "decoding_failed",
                            "This is not JSON: at byte 1, expected '\"'. Send one JSON object."
                        ),
                        ("lookup", "\u{1}\u{2}", "decoding_failed", "This is not JSON: at byte 0"),
                        ("lookup", "[]", "decoding_failed", "Send one JSON object."),
                        ("lookup", "{}", "invalid_argument", "needs the field 'name'"),
                        (
                            "lookup", #"{"name":"nobody"}"#, "not_found",
                            "No worker runs as 'nobody'; register it, or try again if its node was lost."
                        ),
                        ("lookup", #"{"name":"tally","timeout":-1}"#, "invalid_argument", "above 0 and at most 300"),
                        ("call", #"{"name":"tally"}"#, "invalid_argument", "needs the field 'message'"),
                        (
                            "call", #"{"name":"tally","message":{"explode":{}}}"#, "decoding_failed",
                            "The message is no message of kind 'tally': unknown case 'explode'; see Tally.Message."
                        ),
                        (
                            "register", #"{"name":"x","kind":"unheard-of"}"#, "unknown_kind",
                            "give it to a node's `workers`"
                        ),
                        ("join", #"{"name":"tally","group":"a..b"}"#, "invalid_argument", "separated by dots"),
                        ("lookup", String(repeating: "[", count: 5 << 20), "too_large", "send at most 4194304"),
                    ]
                    for request in requests {
                        intruder.publish(
                            Array(request.body.utf8), to: .requests, key: request.operation, replyTo: queue)
                        let frame = try await intruder.events.received("answer") {
                            $0.exchange == nil && $0.correlationID == "q"
                        }
                        let answer = try JSONDecoder().decode(Answer.self, from: Data(frame.body))
                        #expect(answer.error == request.code, "\(request.operation) \(request.body.prefix(60))")
                        #expect(answer.message.contains(request.advice), "\(answer.message)")
                    }
                    #expect(cluster.metrics.count("swarm_outside_requests", node: "a") == Int64(requests.count))
                    #expect(cluster.metrics.count("swarm_outside_refused", node: "a") == Int64(requests.count))
                    // What a later version adds is passed over; so is a frame of the nodes' own, which is no JSON.
                    intruder.publish(
                        Array(#"{"name":"tally","of":"later"}"#.utf8), to: .requests, key: "lookup", replyTo: queue)
                    let found = try await intruder.events.received("answer") {
                        $0.exchange == nil && $0.correlationID == "q"
                    }
                    #expect(String(decoding: found.body, as: UTF8.self).hasPrefix(#"{"name":"tally","node":"a""#))
                }
                try await cluster.settled(["tally"])
            }
        }

        private struct Answer: Decodable {
            var error: String
            var message: String
        }
    }
}
