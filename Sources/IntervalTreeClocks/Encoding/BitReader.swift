/// Reads what ``BitWriter`` wrote, and from anything else no more than there is.
struct BitReader {
    typealias DecodingError = IntervalTreeClock.DecodingError

    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: some Collection<UInt8>, sizeLimit: Int) throws(DecodingError) {
        guard bytes.count <= sizeLimit else { throw DecodingError(reason: .tooLarge, bitOffset: 0) }
        self.bytes = Array(bytes)
    }

    private var remaining: Int { bytes.count * 8 - position }

    /// The next `count` bits, 0 to 64, as an integer.
    mutating func read(_ count: Int) throws(DecodingError) -> UInt64 {
        guard count <= remaining else { throw error(.truncated) }
        var value: UInt64 = 0
        var left = count
        while left > 0 {
            let unread = 8 - position % 8
            let taken = min(left, unread)
            let part = (bytes[position / 8] >> UInt8(unread - taken)) & (0xff >> UInt8(8 - taken))
            value = value << UInt64(taken) | UInt64(part)
            position += taken
            left -= taken
        }
        return value
    }

    /// Checks that only the padding is left.
    mutating func finish() throws(DecodingError) {
        let padding = remaining
        guard padding < 8, try read(padding) == 0 else { throw error(.trailingBits) }
    }

    func error(_ reason: DecodingError.Reason) -> DecodingError {
        DecodingError(reason: reason, bitOffset: position)
    }
}
