/// Bits, the most significant first, in bytes whose last one is padded with zeros.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    /// How many bits of the last byte are still free.
    private var free = 0

    init() {
        // Room for most clocks, so that the bytes are allocated once.
        bytes.reserveCapacity(64)
    }

    /// Writes the lowest `count` bits of `value`; `count` is 0 to 64.
    mutating func write(_ value: UInt64, bits count: Int) {
        var left = count
        while left > 0 {
            if free == 0 {
                bytes.append(0)
                free = 8
            }
            let taken = min(left, free)
            let part = UInt8(truncatingIfNeeded: value >> UInt64(left - taken)) & (0xff >> UInt8(8 - taken))
            bytes[bytes.count - 1] |= part << UInt8(free - taken)
            free -= taken
            left -= taken
        }
    }
}
