import SwarmCore
import Testing

/// What names of workers look like in practice: a hash has to spread each of them.
enum NameShape: String, CaseIterable, CustomTestStringConvertible {
    case sequential, uuids, paths

    var testDescription: String { rawValue }

    func names(_ count: Int) -> [String] {
        var random = SplitMix64(seed: 42)
        return (0..<count).map { number in
            switch self {
            case .sequential: "cart/\(number)"
            case .uuids: Self.uuid(&random)
            case .paths: "/tenants/\(number % 7)/sites/\(number / 7 % 50)/devices/\(number / 350)/sensor"
            }
        }
    }

    private static func uuid(_ random: inout SplitMix64) -> String {
        let digits = Array("0123456789abcdef")
        let words = [random.next(), random.next()]
        var text = ""
        for digit in 0..<32 {
            if [8, 12, 16, 20].contains(digit) { text.append("-") }
            text.append(digits[Int(words[digit / 16] >> UInt64(digit % 16 * 4) & 15)])
        }
        return text
    }
}
