import SwarmCore
import SwarmWire
import Testing

@Suite("Assembler")
struct AssemblerTests {
    private let frame = Array(repeating: UInt8(8), count: 600_000)

    private func at(_ seconds: Double) -> Instant { Instant(uptime: UInt64(seconds * 1_000_000), wall: 0) }

    private func fragments(_ name: String, frames: Int) throws -> [[[UInt8]]] {
        var fragmenter = Fragmenter(node: NodeID(name: name, incarnation: 1))
        return try (0..<frames).map { _ in try fragmenter.bodies(of: frame) }
    }

    @Test("frames of several senders and several frames of one do not mix")
    func interleaved() throws {
        let all = try fragments("a", frames: 2) + fragments("b", frames: 2)
        var assembler = Assembler()
        var complete = 0
        for index in all[0].indices {
            for bodies in all where try assembler.accept(bodies[index], now: at(0)) == frame { complete += 1 }
        }
        #expect(complete == 4)
        #expect(assembler.waiting == 0)
    }

    @Test("what is not complete in thirty seconds is given up")
    func age() throws {
        let bodies = try fragments("a", frames: 1)[0]
        var assembler = Assembler()
        #expect(try assembler.accept(bodies[0], now: at(1)) == nil)
        #expect(try assembler.accept(bodies[1], now: at(30.9)) == nil)
        assembler.expire(now: at(30.9))
        #expect(assembler.waiting == 1)
        assembler.expire(now: at(31))
        #expect(assembler.waiting == 0)
        #expect(assembler.dropped == 1)
        #expect(assembler.bytes == 0)
        #expect(try assembler.accept(bodies[2], now: at(31)) == nil)
    }

    @Test("a sender has room for so many frames; the oldest gives way, another sender's does not")
    func framesPerSender() throws {
        var limits = Assembler.Limits()
        limits.frames = 2
        var assembler = Assembler(limits: limits)
        let own = try fragments("a", frames: 3)
        let other = try fragments("b", frames: 1)[0]
        _ = try assembler.accept(other[0], now: at(0))
        for bodies in own { _ = try assembler.accept(bodies[0], now: at(0)) }
        #expect(assembler.waiting == 3)
        #expect(assembler.dropped == 1)
        for index in 1..<other.count - 1 {
            for bodies in [own[1], own[2], other] { _ = try assembler.accept(bodies[index], now: at(0)) }
        }
        for bodies in [own[1], own[2], other] {
            #expect(try assembler.accept(bodies[bodies.count - 1], now: at(0)) == frame)
        }
    }

    @Test("a sender has room for so many bytes, and so have all together")
    func bytes() throws {
        var limits = Assembler.Limits()
        limits.bytes = 600_000
        limits.totalBytes = 900_000
        var assembler = Assembler(limits: limits)
        for bodies in try fragments("a", frames: 5) {
            _ = try assembler.accept(bodies[0], now: at(0))
            #expect(assembler.bytes <= limits.bytes)
        }
        #expect(assembler.dropped == 3)
        for name in ["b", "c", "d", "e"] {
            _ = try assembler.accept(fragments(name, frames: 1)[0][0], now: at(0))
            #expect(assembler.bytes <= limits.totalBytes)
        }
        #expect(assembler.waiting == 3)
    }

    @Test("all together have room for so many frames")
    func totalFrames() throws {
        var limits = Assembler.Limits()
        limits.totalFrames = 3
        var assembler = Assembler(limits: limits)
        for name in ["b", "c", "d", "e"] { _ = try assembler.accept(fragments(name, frames: 1)[0][0], now: at(0)) }
        #expect(assembler.waiting == 3)
        #expect(assembler.dropped == 1)
    }

    @Test("fragments that do not agree are refused, and what they belonged to is given up")
    func disagreeing() throws {
        var assembler = Assembler()
        _ = try assembler.accept(fragment(index: 0, count: 3, total: 3, body: [1]), now: at(0))
        #expect(throws: WireError.self) {
            try assembler.accept(fragment(index: 1, count: 2, total: 3, body: [1]), now: at(0))
        }
        #expect(assembler.waiting == 0)
        _ = try assembler.accept(fragment(index: 0, count: 2, total: 3, body: [1]), now: at(0))
        #expect(throws: WireError.malformed("fragments of 2 bytes, not 3")) {
            try assembler.accept(fragment(index: 1, count: 2, total: 3, body: [1]), now: at(0))
        }
        #expect(assembler.bytes == 0)
    }

    @Test("fragments that announce too much, or nothing, are refused")
    func outOfRange() {
        let refused = [
            fragment(index: 0, count: 1_025, total: 2_000, body: [1]),
            fragment(index: 0, count: 2, total: UInt64(WireLimits.frameBytes) + 1, body: [1]),
            fragment(index: 2, count: 2, total: 2, body: [1]),
            fragment(index: 0, count: 0, total: 2, body: [1]),
            fragment(index: 0, count: 2, total: 2, body: []),
            fragment(index: 0, count: 2, total: 2, body: [1, 2, 3]),
            fragment(sender: "no word", index: 0, count: 2, total: 2, body: [1]),
            ProtoBytes.number(15, 1),
            [0x78],
        ]
        for body in refused {
            var assembler = Assembler()
            #expect(throws: WireError.self) { try assembler.accept(body, now: at(0)) }
            #expect(assembler.waiting == 0)
        }
    }

    private func fragment(
        sender: String = "a", index: UInt64, count: UInt64, total: UInt64, body: [UInt8]
    ) -> [UInt8] {
        ProtoBytes.number(15, 1) + ProtoBytes.field(16, sender) + ProtoBytes.fixed64(17, 1) + ProtoBytes.number(18, 1)
            + ProtoBytes.number(19, index) + ProtoBytes.number(20, count) + ProtoBytes.number(21, total)
            + ProtoBytes.field(22, body)
    }
}
