import SwarmCore

/// Draws of a simulation, all from one seed.
struct SeededRandom {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func next() -> UInt64 { generator.next() }

    /// From 0 up to, not including, `limit`.
    mutating func below(_ limit: Int) -> Int {
        limit <= 1 ? 0 : Int(truncatingIfNeeded: generator.next() % UInt64(limit))
    }

    mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    mutating func `in`(_ range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + generator.next() % (range.upperBound - range.lowerBound + 1)
    }

    /// From 0 up to, not including, 1.
    mutating func fraction() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

    mutating func chance(_ probability: Double) -> Bool { probability > 0 && fraction() < probability }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// One of the elements, by weight; nil if all weights are 0.
    mutating func pick<Element>(_ elements: [(Element, Double)]) -> Element? {
        var rest = fraction() * elements.reduce(0) { $0 + $1.1 }
        for (element, weight) in elements where weight > 0 {
            if rest < weight { return element }
            rest -= weight
        }
        return elements.last { $0.1 > 0 }?.0
    }

    /// The time to the next of events that come by chance, `perMinute` times a minute, in microseconds. The natural
    /// logarithm is made of halvings and a polynomial, so that it is the same on all platforms.
    mutating func interval(perMinute: Double) -> UInt64 {
        var value = 1 - fraction()
        var logarithm = 0.0
        while value < 0.5 {
            value *= 2
            logarithm -= 0.693_147_180_559_945_3
        }
        let x = (value - 1) / (value + 1)
        logarithm += 2 * x * (1 + x * x * (1.0 / 3 + x * x * (1.0 / 5 + x * x / 7)))
        return UInt64(max(1, -logarithm * 60_000_000 / perMinute))
    }
}
