import SwarmCore

/// Draws random values from a seed, so that they can be had again.
public struct SimulationGenerator: RandomNumberGenerator, Sendable {
    private var generator: SplitMix64

    /// The same seed gives the same values.
    public init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// 64 bits.
    public mutating func next() -> UInt64 { generator.next() }
}
