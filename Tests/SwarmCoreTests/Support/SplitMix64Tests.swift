import SwarmCore
import Testing

@Suite struct SplitMix64Tests {
    /// The published outputs of the reference implementation for this seed.
    @Test func isTheReferenceGenerator() {
        var random = SplitMix64(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect((0..<5).map { _ in random.next() } == expected)
    }

    @Test func aCopyContinuesAlike() {
        var first = SplitMix64(seed: 9)
        _ = first.next()
        var second = first
        #expect((0..<10).map { _ in first.next() } == (0..<10).map { _ in second.next() })
    }

    @Test func seedsDiffer() {
        var first = SplitMix64(seed: 1)
        var second = SplitMix64(seed: 2)
        #expect(first.next() != second.next())
    }
}
