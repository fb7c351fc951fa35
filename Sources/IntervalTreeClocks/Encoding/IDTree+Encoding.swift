extension IDTree {
    var bitCount: Int {
        switch self {
        case .zero, .one: 3
        case .node(let node):
            switch (node.left, node.right) {
            case (.zero, let only), (let only, .zero): 2 + only.bitCount
            case (let left, let right): 2 + left.bitCount + right.bitCount
            }
        }
    }

    /// The paper's `enc` of an id (appendix A).
    func encode(into writer: inout BitWriter) {
        switch self {
        case .zero:
            writer.write(0b00_0, bits: 3)
        case .one:
            writer.write(0b00_1, bits: 3)
        case .node(let node):
            switch (node.left, node.right) {
            case (.zero, let right):
                writer.write(0b01, bits: 2)
                right.encode(into: &writer)
            case (let left, .zero):
                writer.write(0b10, bits: 2)
                left.encode(into: &writer)
            case (let left, let right):
                writer.write(0b11, bits: 2)
                left.encode(into: &writer)
                right.encode(into: &writer)
            }
        }
    }

    /// Goes no deeper than ``IntervalTreeClock/maximumDepth``, so that no input can exhaust the stack.
    init(from reader: inout BitReader, depth: Int = 0) throws(IntervalTreeClock.DecodingError) {
        let form = try reader.read(2)
        guard form != 0b00 else {
            self = try reader.read(1) == 0 ? .zero : .one
            return
        }
        guard depth < IntervalTreeClock.maximumDepth else { throw reader.error(.tooDeep) }
        let left = form & 0b10 == 0 ? .zero : try IDTree(from: &reader, depth: depth + 1)
        let right = form & 0b01 == 0 ? .zero : try IDTree(from: &reader, depth: depth + 1)
        // A side that is written out is not zero, and two sides are not both one.
        guard (left == .zero) == (form & 0b10 == 0), (right == .zero) == (form & 0b01 == 0),
            !(left == .one && right == .one)
        else { throw reader.error(.notCanonical) }
        self = .node(Node(left, right))
    }
}
