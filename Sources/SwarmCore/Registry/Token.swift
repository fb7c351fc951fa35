/// The fencing number of one ownership of a name. It only grows along every causal chain of owners.
///
/// Hand it to storage outside the cluster together with each write and let the storage refuse a smaller one than
/// it has seen: then a worker that was replaced without knowing it can do no harm. ``description`` is written so
/// that the order of the text is the order of the tokens.
public struct Token: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Hybrid clock: at least the wall clock in microseconds, and above every clock heard of before it was issued.
    public let clock: UInt64
    /// The node that issued it; breaks ties.
    public let node: NodeID

    /// Creates a token.
    public init(clock: UInt64, node: NodeID) {
        self.clock = clock
        self.node = node
    }

    /// Ordered by clock, then by incarnation, then by node name.
    public static func < (left: Token, right: Token) -> Bool {
        if left.clock != right.clock { return left.clock < right.clock }
        if left.node.incarnation != right.node.incarnation { return left.node.incarnation < right.node.incarnation }
        return left.node.name < right.node.name
    }

    /// `clock-incarnation-name`, both numbers in 16 hexadecimal digits.
    public var description: String { "\(Self.hex(clock))-\(Self.hex(node.incarnation))-\(node.name)" }

    /// Reads what ``description`` wrote, or gives nil.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 16, parts[1].utf8.count == 16, !parts[2].isEmpty,
            let clock = UInt64(parts[0], radix: 16), let incarnation = UInt64(parts[1], radix: 16)
        else { return nil }
        self.init(clock: clock, node: NodeID(name: String(parts[2]), incarnation: incarnation))
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
