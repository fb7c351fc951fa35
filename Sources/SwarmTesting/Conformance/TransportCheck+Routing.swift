import Swarm
import SwarmCore

/// What goes where. That something does not arrive is seen by something else, sent later on the same way, that does.
extension Bench {
    func freshQueues() async throws {
        let a = peer("a")
        let b = peer("b")
        let first = try await a.connect()
        let second = try await b.connect()
        try require(!first.isEmpty && !second.isEmpty, "a connection without a queue for probes")
        try require(first != second, "two nodes share the queue \(first)")
        await a.stop()
        let again = try await peer("a", incarnation: 2).connect()
        try require(again != first, "a new connection uses the queue \(first) of an old one")
    }

    func heartbeats() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        try await a.bind(.heartbeats(of: nil))
        try await b.bind(.heartbeats(of: nil))
        try a.send("beat", to: .control, "heartbeat.a", lane: .heartbeat)
        for peer in [a, b] {
            let frame = try await peer.frame("beat")
            try require(frame.lane == .heartbeat, "a heartbeat came by the \(frame.lane) lane")
            try require(frame.exchange == .control, "a heartbeat came through \(frame.exchange?.rawValue ?? "default")")
            try require(frame.key == "heartbeat.a", "a heartbeat came under the key \(frame.key)")
        }
        b.connection.unbind(.heartbeats(of: nil))
        // Bound again by another key: this one arrives, those in between do not.
        try await b.bind(.heartbeats(of: "c"))
        try a.send("unheard", to: .control, "heartbeat.a", lane: .heartbeat)
        try a.send("heard", to: .control, "heartbeat.c", lane: .heartbeat)
        try await b.frame("heard")
        try b.refute("unheard")
    }

    func heartbeatsOfOne() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        try await b.bind(.heartbeats(of: "a"))
        try a.send("not wanted", to: .control, "heartbeat.c", lane: .heartbeat)
        try a.send("wanted", to: .control, "heartbeat.a", lane: .heartbeat)
        try await b.frame("wanted")
        try b.refute("not wanted")
        // Both ways to be bound at once do not make two copies.
        try await b.bind(.heartbeats(of: nil))
        try a.send("once", to: .control, "heartbeat.a", lane: .heartbeat)
        try a.send("end", to: .control, "heartbeat.a", lane: .heartbeat)
        try await b.frame("once")
        try await b.frame("end")
        try b.refute("once")
    }

    func control() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        try a.send("delta", to: .control, "delta.a")
        try a.send("to all", to: .control, "all")
        try a.send("elsewhere", to: .control, "delta.a.b")
        try a.send("end", to: .control, "all")
        for peer in [a, b] {
            for (text, key) in [("delta", "delta.a"), ("to all", "all"), ("end", "all")] {
                let frame = try await peer.frame(text)
                try require(frame.lane == .control, "'\(text)' came by the \(frame.lane) lane")
                try require(frame.exchange == .control && frame.key == key, "'\(text)' came under \(frame.key)")
            }
            try peer.refute("elsewhere")
        }
    }

    func direct() async throws {
        let a = try await connected("a")
        let b = try await connected("b", incarnation: 18_446_744_073_709_551_615)
        try a.send("other incarnation", to: .direct, "b.2")
        try a.send("own", to: .direct, "a.1")
        try a.send("yours", to: .direct, "b.18446744073709551615")
        let frame = try await b.frame("yours")
        try require(
            frame.lane == .control && frame.exchange == .direct, "a direct frame came by the \(frame.lane) lane")
        try require(frame.key == "b.18446744073709551615", "a direct frame came under the key \(frame.key)")
        try b.refute("other incarnation")
        try b.refute("own")
        try await a.frame("own")
        try a.refute("yours")
    }

    func groups() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        try await b.bind(.group("sensors.eu"))
        try a.send("other group", to: .groups, "sensors.us", lane: .group)
        try a.send("reading", to: .groups, "sensors.eu", lane: .group)
        let frame = try await b.frame("reading")
        try require(frame.lane == .group && frame.exchange == .groups, "a group's frame came by the \(frame.lane) lane")
        try require(frame.key == "sensors.eu", "a group's frame came under the key \(frame.key)")
        try b.refute("other group")
        try await b.bind(.group("end"))
        b.connection.unbind(.group("sensors.eu"))
        try await b.bind(.group("after"))
        try a.send("left", to: .groups, "sensors.eu", lane: .group)
        try a.send("end", to: .groups, "end", lane: .group)
        try await b.frame("end")
        try b.refute("left")
        try a.refute("reading")
    }

    func groupPatterns() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        try await b.bind(.group("sensors.#"))
        try await b.bind(.group("*.alarm"))
        for key in ["sensors", "sensors.eu.cold", "house.alarm", "sensors.alarm"] {
            try a.send(key, to: .groups, key, lane: .group)
        }
        for key in ["alarm", "sensor", "house.garden.alarm"] {
            try a.send("not \(key)", to: .groups, key, lane: .group)
        }
        try a.send("end", to: .groups, "sensors.end", lane: .group)
        for key in ["sensors", "sensors.eu.cold", "house.alarm", "sensors.alarm", "end"] { try await b.frame(key) }
        // One copy, though both patterns match.
        try b.refute("sensors.alarm")
        for key in ["alarm", "sensor", "house.garden.alarm"] { try b.refute("not \(key)") }
    }

    func orderWithinALane() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        try await b.bind(.group("g"))
        let expected = (0..<500).map(String.init)
        for part in stride(from: 0, to: expected.count, by: 50).map({ expected[$0..<$0 + 50] }) {
            try await a.send(part.map { "delta \($0)" }, to: .control, "delta.a", lane: .control)
            try await a.send(part.map { "direct \($0)" }, to: .direct, "b.1", lane: .control)
            try await a.send(part.map { "group \($0)" }, to: .groups, "g", lane: .group)
        }
        try await a.send(["end of deltas"], to: .control, "delta.a", lane: .control)
        try await a.send(["end of direct"], to: .direct, "b.1", lane: .control)
        try await a.send(["end of group"], to: .groups, "g", lane: .group)
        for end in ["end of deltas", "end of direct", "end of group"] { try await b.frame(end) }
        let control = b.texts(in: .control)
        for kind in ["delta", "direct"] {
            let seen = control.filter { $0.hasPrefix(kind) }
            try require(
                seen == expected.map { "\(kind) \($0)" }, "\(kind) frames were lost or out of order: \(seen.count)")
        }
        let seen = b.texts(in: .group)
        try require(seen == expected.map { "group \($0)" }, "group frames were lost or out of order: \(seen.count)")
    }

    func clusters() async throws {
        let a = try await connected("a")
        let other = try await connected("a", cluster: cluster + "-b")
        let b = try await connected("b", cluster: cluster + "-b")
        try await b.bind(.heartbeats(of: nil))
        try await b.bind(.group("g"))
        try a.send("foreign", to: .control, "heartbeat.a", lane: .heartbeat)
        try a.send("foreign", to: .control, "all")
        try a.send("foreign", to: .direct, "b.1")
        try a.send("foreign", to: .groups, "g", lane: .group)
        // The foreign ones are out when one of them has come back.
        try a.send("foreign", to: .direct, "b.1", returnID: 1)
        try await a.returned(1)
        try other.send("end", to: .control, "heartbeat.a", lane: .heartbeat)
        try other.send("end", to: .control, "all")
        try other.send("end", to: .direct, "b.1")
        try other.send("end", to: .groups, "g", lane: .group)
        for _ in 0..<4 { try await b.frame("end") }
        try b.refute("foreign")
    }
}
