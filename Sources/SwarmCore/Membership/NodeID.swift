/// One running instance of the library: the name the operator gave it and the incarnation it started with.
///
/// A restart is a new incarnation, and so another node: what the old one left behind is never mistaken for it.
/// Incarnations are wall-clock microseconds at start, raised above every earlier one that is known.
public struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// A word of letters, digits, `-` and `_`, at most 64 bytes.
    public let name: String
    /// Larger for every later start of a node of this name.
    public let incarnation: UInt64

    /// Creates the identity of one start of a node.
    public init(name: String, incarnation: UInt64) {
        self.name = name
        self.incarnation = incarnation
    }

    /// Ordered by name, then by incarnation.
    public static func < (left: NodeID, right: NodeID) -> Bool {
        left.name == right.name ? left.incarnation < right.incarnation : left.name < right.name
    }

    /// `name#incarnation`, the incarnation in base 36.
    public var description: String { "\(name)#\(String(incarnation, radix: 36))" }
}
