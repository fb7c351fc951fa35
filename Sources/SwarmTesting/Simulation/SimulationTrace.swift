import SwarmCore

/// What happened, a line a step; and always its digest, so that two runs can be compared.
struct SimulationTrace {
    var sink: ((String) -> Void)?
    private(set) var digest = StableHash()

    var isOn: Bool { sink != nil }

    mutating func combine(_ value: UInt64) { digest.combine(value) }

    func write(_ time: UInt64, _ node: String, _ process: Int?, _ text: String) {
        let micros = String(time % 1_000_000)
        let padded = String(repeating: "0", count: 6 - micros.utf8.count) + micros
        sink?("\(time / 1_000_000).\(padded) \(node)\(process.map { "/p\($0)" } ?? "") \(text)")
    }
}
