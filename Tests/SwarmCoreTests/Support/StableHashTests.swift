import SwarmCore
import Testing

@Suite struct StableHashTests {
    /// The reference values of FNV-1a (Fowler, Noll, Vo), 64 bits; the finaliser is inverted to see them.
    @Test(
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)])
    func isFNV1aBeforeTheFinaliser(text: String, expected: UInt64) {
        var hash = StableHash()
        for byte in text.utf8 { hash.combine(byte) }
        #expect(Self.unmix(hash.finalize()) == expected)
    }

    /// Computed by an independent implementation. A change here would place every worker anew: never adapt them.
    @Test(
        arguments: [
            ("cart/42", 0x289d_645a_28dd_f43d), ("printer", 0x13d5_5fa3_3504_da26), ("", 0x4f2d_b50f_1240_40cd),
            ("Zürich/münze", 0x7575_25a1_4fea_5a4c),
            ("0f8fad5b-d9cb-469f-a165-70867728950e", 0x61ec_759a_295a_ba8b),
        ] as [(String, UInt64)])
    func hashesTextsAsEver(text: String, expected: UInt64) {
        var hash = StableHash()
        hash.combine(text)
        #expect(hash.finalize() == expected)
    }

    @Test func seedsAndNumbersHashAsEver() {
        var seeded = StableHash(seed: 7)
        seeded.combine("a")
        #expect(seeded.finalize() == 0x1cfd_381c_8b49_fcb5)
        var number = StableHash()
        number.combine(UInt64(0x0102_0304_0506_0708))
        #expect(number.finalize() == 0x78ff_eaf7_3501_e948)
    }

    @Test func numbersAreLittleEndianBytes() {
        var number = StableHash()
        number.combine(UInt64(0x0102_0304_0506_0708))
        var bytes = StableHash()
        for byte: UInt8 in [8, 7, 6, 5, 4, 3, 2, 1] { bytes.combine(byte) }
        #expect(number.finalize() == bytes.finalize())
    }

    @Test func textsAreToldApartAtTheirEnds() {
        var first = StableHash()
        first.combine("ab")
        first.combine("c")
        var second = StableHash()
        second.combine("a")
        second.combine("bc")
        #expect(first.finalize() != second.finalize())
    }

    @Test func mixIsABijection() {
        var random = SplitMix64(seed: 1)
        for value in [0, 1, .max, 1 << 63] + (0..<1000).map({ _ in random.next() }) {
            #expect(Self.unmix(StableHash.mix(value)) == value)
        }
        #expect(StableHash.mix(1) == 0x5692_161d_100b_05e5)
    }

    /// Each bit of the input moves each bit of the output in about half of the cases.
    @Test func mixAvalanches() {
        var random = SplitMix64(seed: 2)
        let values = (0..<200).map { _ in random.next() }
        for bit in 0..<64 {
            let flips = values.map { (StableHash.mix($0) ^ StableHash.mix($0 ^ 1 << UInt64(bit))).nonzeroBitCount }
            let mean = Double(flips.reduce(0, +)) / Double(values.count)
            #expect((30...34).contains(mean), "bit \(bit): \(mean)")
        }
    }

    private static func unmix(_ value: UInt64) -> UInt64 {
        var x = unshift(value, 31)
        x = unshift(x &* inverse(of: 0x94d0_49bb_1331_11eb), 27)
        return unshift(x &* inverse(of: 0xbf58_476d_1ce4_e5b9), 30)
    }

    private static func unshift(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        value ^ (value >> bits) ^ (value >> (2 * bits))
    }

    /// Newton's iteration modulo 2^64: each step doubles the number of right bits.
    private static func inverse(of odd: UInt64) -> UInt64 {
        var inverse = odd
        for _ in 0..<6 { inverse = inverse &* (2 &- odd &* inverse) }
        return inverse
    }
}
