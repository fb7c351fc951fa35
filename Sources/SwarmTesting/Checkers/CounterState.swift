/// The state of a simulated worker: how many messages it and those before it have worked off, and a sum over them that
/// does not depend on their order. It says which worker gave it, so that a handoff can be checked against its source.
package struct CounterState: Hashable, Sendable, CustomStringConvertible {
    /// The worker that exported it; nil for a fresh state.
    package var producer: WorkerSerial?
    package var count: UInt64
    package var digest: UInt64

    package init(producer: WorkerSerial? = nil, count: UInt64 = 0, digest: UInt64 = 0) {
        self.producer = producer
        self.count = count
        self.digest = digest
    }

    /// One more message worked off.
    package mutating func process(_ message: MessageID) {
        count += 1
        digest &+= Self.weight(of: message)
    }

    /// What `resolveConflict` makes of the states of winner and loser.
    package mutating func merge(_ other: CounterState) {
        count += other.count
        digest &+= other.digest
    }

    /// Whether both have worked off the same messages.
    package func holdsTheSame(as other: CounterState) -> Bool { count == other.count && digest == other.digest }

    /// Spreads a message's number over 64 bits, so that sums of different sets differ.
    package static func weight(of message: MessageID) -> UInt64 {
        var x = message &+ 0x9e37_79b9_7f4a_7c15
        x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
        x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
        return x ^ (x >> 31)
    }

    // MARK: As bytes

    package static let encodedSize = 24

    package var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Self.encodedSize)
        for value in [UInt64(bitPattern: Int64(producer?.index ?? -1)), count, digest] {
            for shift in stride(from: 0, to: 64, by: 8) {
                result.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
            }
        }
        return result
    }

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.encodedSize else { return nil }
        func value(at offset: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
        }
        let producer = Int(Int64(bitPattern: value(at: 0)))
        self.init(producer: producer < 0 ? nil : WorkerSerial(producer), count: value(at: 8), digest: value(at: 16))
    }

    package var description: String {
        "\(count) messages (\(String(digest, radix: 16))) of \(producer.map { "\($0)" } ?? "-")"
    }
}
