/// -log2(x / 2^64) of 64-bit integers in integers only, so that it is the same on every platform.
///
/// A table of 1,024 steps, each computed bit by bit by repeated squaring, with straight lines between them: monotone,
/// and at most 2 · 10^-7 off. Near x = 2^64, where the result nears 0, it is within 0.05 % of the true value.
package struct FixedPointLogarithm: Sendable {
    /// The result has 57 bits after the point, and 7 before it, as it can be 64.
    package static let fractionBits = 57
    package static let shared = FixedPointLogarithm()

    private static let stepBits = 10
    /// log2(1 + i / 1024) for i from 0 to 1024, in units of 2^-57.
    private let table: [UInt64]

    private init() {
        var table: [UInt64] = []
        table.reserveCapacity(1 << Self.stepBits + 1)
        for step in 0..<(UInt64(1) << Self.stepBits) {
            table.append(Self.log2(ofOneTo2: 1 << 63 | step << (63 - Self.stepBits)))
        }
        table.append(1 << Self.fractionBits)
        self.table = table
    }

    /// The logarithm of a number from 1 up to 2, given in units of 2^-63: squaring doubles it, and shows its next bit.
    private static func log2(ofOneTo2 number: UInt64) -> UInt64 {
        var number = number
        var result: UInt64 = 0
        for _ in 0..<fractionBits {
            let square = number.multipliedFullWidth(by: number)
            let isTwoOrMore = square.high >> 63 == 1
            number = isTwoOrMore ? square.high : square.high << 1 | square.low >> 63
            result = result << 1 | (isTwoOrMore ? 1 : 0)
        }
        return result
    }

    /// In units of 2^-57; 0 counts as 1.
    package func negativeLog2(of value: UInt64) -> UInt64 {
        let value = max(value, 1)
        let zeros = value.leadingZeroBitCount
        let number = value << UInt64(zeros)
        let step = Int(number >> UInt64(63 - Self.stepBits)) & (1 << Self.stepBits - 1)
        let restBits = UInt64(63 - Self.stepBits)
        let rest = number & (1 << restBits - 1)
        let product = (table[step + 1] - table[step]).multipliedFullWidth(by: rest)
        let between = product.high << (64 - restBits) | product.low >> restBits
        return UInt64(zeros + 1) << UInt64(Self.fractionBits) - (table[step] + between)
    }
}
