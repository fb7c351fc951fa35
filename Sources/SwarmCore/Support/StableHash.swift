/// A 64-bit hash that is the same in every process and release: FNV-1a with a strong finaliser.
///
/// Placement and digests are compared between nodes, so `Hasher`, which is seeded per process, is never used for them.
/// The constants are part of the protocol. Source: Fowler, Noll, Vo (FNV-1a, 64 bits); Stafford's mix 13.
package struct StableHash: Sendable {
    private var state: UInt64

    package init(seed: UInt64 = 0) { state = 0xcbf2_9ce4_8422_2325 ^ StableHash.mix(seed) }

    package mutating func combine(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

    /// The bytes of the text and a terminator, so that ("ab", "c") and ("a", "bc") differ.
    package mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(UInt8(0xff))
    }

    package mutating func combine(_ value: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { combine(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    package func finalize() -> UInt64 { Self.mix(state) }

    /// A bijection of 64-bit values in which every input bit moves half of the output bits.
    package static func mix(_ value: UInt64) -> UInt64 {
        var x = value
        x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
        x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
        return x ^ (x >> 31)
    }
}
