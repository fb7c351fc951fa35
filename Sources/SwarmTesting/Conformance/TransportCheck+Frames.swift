import Swarm
import SwarmCore

/// What a frame carries, and what becomes of one that nobody takes.
extension Bench {
    func properties() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        try await b.bind(.group("g"))
        try a.send(
            OutboundFrame(
                to: .exchange(.groups, key: "g"), lane: .group, body: Array("full".utf8), expiration: 60_000,
                contentType: "application/json", correlationID: "c-1", replyTo: "answers",
                headers: ["traceparent": "00-1", "id": "ä"]))
        let full = try await b.frame("full")
        try require(full.contentType == "application/json", "content type \(full.contentType ?? "none")")
        try require(full.correlationID == "c-1", "correlation id \(full.correlationID ?? "none")")
        try require(full.replyTo == "answers", "reply to \(full.replyTo ?? "none")")
        try require(full.headers == ["traceparent": "00-1", "id": "ä"], "headers \(full.headers)")
        try require(full.userID == environment.user, "user id \(full.userID ?? "none")")
        try require(!full.isRedelivered, "redelivered at the first time")
        try a.send("", to: .groups, "g", lane: .group)
        let bare = try await b.frame("")
        try require(
            bare.contentType == nil && bare.correlationID == nil && bare.replyTo == nil, "properties from nowhere")
        try require(bare.headers.isEmpty, "headers from nowhere: \(bare.headers)")
    }

    /// Larger than a frame of AMQP (128 KiB), and with every byte there is.
    func largeBodies() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        for size in [1, 131_064, 131_072, 1_000_000] {
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try a.send(OutboundFrame(to: .exchange(.direct, key: "b.1"), lane: .control, body: body))
            let event = try await b.next("for a body of \(size) bytes") { $0.frame?.body.count == size }
            try require(event.frame?.body == body, "a body of \(size) bytes came damaged")
        }
    }

    func returns() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        try a.send("to nobody", to: .direct, "c.1", returnID: 1)
        try await a.returned(1)
        try a.send("to b", to: .direct, "b.1", returnID: 2)
        try a.send("without number", to: .direct, "c.1")
        try a.send("to nobody", to: .groups, "nobody", lane: .group, returnID: .max)
        try await a.returned(.max)
        try await b.frame("to b")
        await b.stop()
        try await awaitUnroutable(.exchange(.direct, key: "b.1"), by: a)
        try a.refuteReturned(2)
        try a.refute("to nobody")
    }

    func probes() async throws {
        let a = try await connected("a")
        let b = peer("b")
        let queue = try await b.connect()
        try a.send(
            OutboundFrame(
                to: .queue(queue), lane: .heartbeat, body: Array("alive?".utf8), returnID: 1, expiration: 10_000))
        let frame = try await b.frame("alive?")
        try require(frame.exchange == nil, "a probe came through the exchange \(frame.exchange?.rawValue ?? "")")
        try require(frame.lane == .heartbeat, "a probe came by the \(frame.lane) lane")
        await b.stop()
        try await awaitUnroutable(.queue(queue), by: a)
        try a.refuteReturned(1)
    }

    func flowOfAcknowledged() async throws {
        let a = try await connected("a")
        let b = try await connected("b")
        // Far more than any prefetch: all arrive only if acknowledging makes room.
        let expected = (0..<3_000).map(String.init)
        try await a.send(expected + ["end"], to: .direct, "b.1", lane: .control)
        try await b.frame("end")
        let seen = b.texts(in: .control)
        try require(seen == expected, "of 3000 direct frames only \(seen.count) arrived, or not in order")
    }
}
