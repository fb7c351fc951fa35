import SwarmCore
import SwarmWire
import Testing

@Suite("Fragmenter")
struct FragmenterTests {
    private let node = NodeID(name: String(repeating: "n", count: 64), incarnation: 1 << 56 - 1)
    private let now = Instant(uptime: 0, wall: 0)

    @Test("a frame that fits goes as it is")
    func whole() throws {
        var fragmenter = Fragmenter(node: node)
        let frame = [WireCodec.firstByte] + Array(repeating: UInt8(1), count: WireLimits.fragmentBytes - 1)
        #expect(try fragmenter.bodies(of: frame) == [frame])
        var assembler = Assembler()
        #expect(try assembler.accept(frame, now: now) == frame)
    }

    @Test(
        "a longer one comes back from its fragments, in any order, none of them too long",
        arguments: [WireLimits.fragmentBytes + 1, 1_000_000, 5 << 20, WireLimits.frameBytes])
    func roundTrip(length: Int) throws {
        var fragmenter = Fragmenter(node: node)
        // A pattern that does not repeat in step with the fragments.
        let pattern = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        var frame: [UInt8] = []
        while frame.count < length { frame += pattern.prefix(length - frame.count) }
        var bodies = try fragmenter.bodies(of: frame)
        #expect(bodies.count >= 2)
        #expect(bodies.allSatisfy { $0.count <= WireLimits.fragmentBytes && $0.first != WireCodec.firstByte })
        var generator = SplitMix64(seed: UInt64(length))
        bodies.shuffle(using: &generator)
        var assembler = Assembler()
        for body in bodies.dropLast() {
            #expect(try assembler.accept(body, now: now) == nil)
            // Delivered twice.
            #expect(try assembler.accept(body, now: now) == nil)
        }
        #expect(try assembler.accept(bodies[bodies.count - 1], now: now) == frame)
        #expect(assembler.bytes == 0)
        #expect(assembler.waiting == 0)
        #expect(assembler.dropped == 0)
    }

    @Test("there is an end")
    func oversized() {
        var fragmenter = Fragmenter(node: node)
        #expect(throws: WireError.oversized(bytes: WireLimits.frameBytes + 1)) {
            try fragmenter.bodies(of: Array(repeating: 8, count: WireLimits.frameBytes + 1))
        }
    }
}
