extension EventTree {
    /// The paper's `enc` of an event tree (appendix A).
    func encode(into writer: inout BitWriter) {
        switch self {
        case .leaf(let n):
            Self.encode(count: n, into: &writer)
        case .node(let node):
            let hasBase = node.base > 0
            switch (node.left, node.right) {
            case (.zero, let right):
                hasBase ? writer.write(0b0_11_0_0, bits: 5) : writer.write(0b0_00, bits: 3)
                if hasBase { Self.encode(count: node.base, into: &writer) }
                right.encode(into: &writer)
            case (let left, .zero):
                hasBase ? writer.write(0b0_11_0_1, bits: 5) : writer.write(0b0_01, bits: 3)
                if hasBase { Self.encode(count: node.base, into: &writer) }
                left.encode(into: &writer)
            case (let left, let right):
                hasBase ? writer.write(0b0_11_1, bits: 4) : writer.write(0b0_10, bits: 3)
                if hasBase { Self.encode(count: node.base, into: &writer) }
                left.encode(into: &writer)
                right.encode(into: &writer)
            }
        }
    }

    /// A leaf: one bit, then `enc(n, 2)`: a one for each range of 4, 8, 16… values that is passed, a zero, and the place
    /// within the range. The last range, of 64 bits, holds the four greatest counts.
    private static func encode(count: UInt64, into writer: inout BitWriter) {
        writer.write(1, bits: 1)
        var rest = count
        var width = 2
        while width < 64, rest >= 1 << UInt64(width) {
            rest -= 1 << UInt64(width)
            width += 1
            writer.write(1, bits: 1)
        }
        writer.write(0, bits: 1)
        writer.write(rest, bits: width)
    }

    /// Goes no deeper than ``IntervalTreeClock/maximumDepth``, so that no input can exhaust the stack. `above` is the sum
    /// of the bases above.
    init(
        from reader: inout BitReader, depth: Int = 0, above: UInt64 = 0
    ) throws(IntervalTreeClock.DecodingError) {
        if try reader.read(1) == 1 {
            let n = try Self.decodeCount(from: &reader, above: above)
            self = .leaf(n)
            return
        }
        guard depth < IntervalTreeClock.maximumDepth else { throw reader.error(.tooDeep) }
        let form = try Form(from: &reader)
        var base: UInt64 = 0
        if form.hasBase {
            guard try reader.read(1) == 1 else { throw reader.error(.notCanonical) }
            base = try Self.decodeCount(from: &reader, above: above)
        }
        let left = form.hasLeft ? try EventTree(from: &reader, depth: depth + 1, above: above + base) : .zero
        let right = form.hasRight ? try EventTree(from: &reader, depth: depth + 1, above: above + base) : .zero
        guard form.hasBase == (base > 0), form.hasLeft == (left != .zero), form.hasRight == (right != .zero),
            left.base == 0 || right.base == 0
        else { throw reader.error(.notCanonical) }
        self = .node(Node(base, left, right))
    }

    /// Which parts of a node are written out; the others are zero.
    private struct Form {
        var hasBase = false
        var hasLeft = true
        var hasRight = true

        init(from reader: inout BitReader) throws(IntervalTreeClock.DecodingError) {
            switch try reader.read(2) {
            case 0b00: hasLeft = false
            case 0b01: hasRight = false
            case 0b10: break
            default:
                hasBase = true
                guard try reader.read(1) == 0 else { break }
                if try reader.read(1) == 0 { hasLeft = false } else { hasRight = false }
            }
        }
    }

    private static func decodeCount(
        from reader: inout BitReader, above: UInt64
    ) throws(IntervalTreeClock.DecodingError) -> UInt64 {
        var passed: UInt64 = 0
        var width = 2
        while try reader.read(1) == 1 {
            guard width < 64 else { throw reader.error(.counterOverflow) }
            passed += 1 << UInt64(width)
            width += 1
        }
        let (count, overflow) = passed.addingReportingOverflow(try reader.read(width))
        guard !overflow, !above.addingReportingOverflow(count).overflow else { throw reader.error(.counterOverflow) }
        return count
    }
}
