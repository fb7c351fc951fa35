@testable import IntervalTreeClocks

/// Reads trees in the paper's notation, `(1, 2, (0, 3, 1))`. Takes any shape, normal form or not, and keeps it.
struct TreeNotation {
    struct Malformed: Error {}

    private var rest: Substring

    private init(_ text: String) { rest = Substring(text.filter { $0 != " " }) }

    static func id(_ text: String) throws -> IntervalTreeClock.ID {
        var notation = TreeNotation(text)
        let tree = try notation.idTree()
        guard notation.rest.isEmpty else { throw Malformed() }
        return IntervalTreeClock.ID(tree)
    }

    static func events(_ text: String) throws -> IntervalTreeClock.Events {
        var notation = TreeNotation(text)
        let tree = try notation.eventTree()
        guard notation.rest.isEmpty else { throw Malformed() }
        return IntervalTreeClock.Events(tree)
    }

    static func clock(_ id: String, _ events: String) throws -> IntervalTreeClock {
        try IntervalTreeClock(id: self.id(id), events: self.events(events))
    }

    private mutating func idTree() throws -> IDTree {
        guard rest.first == "(" else { return try number() == 0 ? .zero : .one }
        try take("(")
        let left = try idTree()
        try take(",")
        let right = try idTree()
        try take(")")
        return .node(IDTree.Node(left, right))
    }

    private mutating func eventTree() throws -> EventTree {
        guard rest.first == "(" else { return .leaf(try number()) }
        try take("(")
        let base = try number()
        try take(",")
        let left = try eventTree()
        try take(",")
        let right = try eventTree()
        try take(")")
        return .node(EventTree.Node(base, left, right))
    }

    private mutating func number() throws -> UInt64 {
        let digits = rest.prefix { $0.isNumber }
        rest = rest.dropFirst(digits.count)
        guard let value = UInt64(digits) else { throw Malformed() }
        return value
    }

    private mutating func take(_ character: Character) throws {
        guard rest.first == character else { throw Malformed() }
        rest = rest.dropFirst()
    }
}
