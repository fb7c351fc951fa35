import SwarmCore
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

@Suite struct FixedPointLogarithmTests {
    private static let unit = exp2(-Double(FixedPointLogarithm.fractionBits))

    private static func value(_ number: UInt64) -> Double {
        Double(FixedPointLogarithm.shared.negativeLog2(of: number)) * unit
    }

    @Test func powersOfTwoAreExact() {
        for exponent in 0..<64 {
            let expected = UInt64(64 - exponent) << UInt64(FixedPointLogarithm.fractionBits)
            #expect(FixedPointLogarithm.shared.negativeLog2(of: 1 << UInt64(exponent)) == expected)
        }
        #expect(Self.value(0) == 64)
        #expect(Self.value(.max) < 1e-12)
    }

    @Test func isWithinTheStatedErrorOfTheLogarithm() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<20_000 {
            let number = random.next() >> (random.next() % 64)
            guard number > 0 else { continue }
            #expect(abs(Self.value(number) - (64 - log2(Double(number)))) < 2e-7)
        }
    }

    /// There the best draws lie: an absolute error would not do.
    @Test func isRelativelyCloseNearOne() {
        for exponent in 20..<62 {
            let gap = UInt64(1) << UInt64(exponent)
            let expected = -log1p(-Double(gap) / exp2(64)) / log(2.0)
            #expect(abs(Self.value(0 &- gap) / expected - 1) < 5e-4, "gap 2^\(exponent)")
        }
    }

    @Test func neverGrowsWithItsArgument() {
        var random = SplitMix64(seed: 4)
        // Around the ends of the steps, where the straight lines meet, and anywhere.
        let ends = (0..<1024).map { UInt64(1) << 63 | UInt64($0) << 53 }
        let numbers = ends.flatMap { [$0 - 1, $0, $0 + 1] } + (0..<5000).map { _ in random.next() }
        let results = numbers.sorted().map { FixedPointLogarithm.shared.negativeLog2(of: $0) }
        for (earlier, later) in zip(results, results.dropFirst()) { #expect(earlier >= later) }
    }
}
