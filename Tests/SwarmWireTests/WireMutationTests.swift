import SwarmCore
import SwarmWire
import Testing

@Suite("Damaged frames")
struct WireMutationTests {
    /// 200,000 in all. Whatever is read must be something that could have been sent.
    @Test("never crash, and are refused or read as something valid", arguments: 0..<8)
    func mutations(seed: Int) throws {
        var random = RandomMessages(seed: UInt64(seed))
        var damage = Damage(seed: UInt64(seed))
        let frames = try (0..<100).map { number in
            try WireCodec.encode(
                Frame(sender: random.sender(), messages: [random.message(case: number % RandomMessages.cases)]))
        }
        var readable = 0
        for round in 0..<25_000 {
            let bytes = damage.damaged(frames[round % frames.count], other: frames[(round * 7) % frames.count])
            let frame: Frame
            do { frame = try WireCodec.decode(bytes) } catch { continue }
            readable += 1
            let again = try WireCodec.decode(WireCodec.encode(frame))
            guard again.messages == frame.messages, again.sender == frame.sender else {
                Issue.record("read as something else the second time: \(bytes.hex)")
                return
            }
        }
        // Enough of them get past the checks of structure for the test to mean something.
        #expect(readable > 1_000)
    }

    @Test("cut off anywhere")
    func truncations() throws {
        var random = RandomMessages(seed: 42)
        for number in 0..<RandomMessages.cases {
            let frame = Frame(sender: random.sender(), messages: [random.message(case: number)])
            let bytes = try WireCodec.encode(frame)
            for length in bytes.indices {
                // A cut between two fields leaves a frame without messages.
                if let cut = try? WireCodec.decode(Array(bytes[..<length])) { #expect(cut.messages.isEmpty) }
            }
        }
    }
}

private struct Damage {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed &+ 1_000) }

    mutating func damaged(_ frame: [UInt8], other: [UInt8]) -> [UInt8] {
        var bytes = frame
        for _ in 0...Int.random(in: 0..<3, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &generator)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: bytes[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &generator) ?? 0
            case 3: bytes.remove(at: place)
            case 4: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
            case 5: bytes.removeSubrange(place..<min(bytes.count, place + 8))
            default:
                let from = Int.random(in: other.indices, using: &generator)
                bytes.replaceSubrange(place..<min(bytes.count, place + 16), with: other[from...].prefix(16))
            }
        }
        return bytes
    }
}
