import Testing

@testable import IntervalTreeClocks

@Suite struct IDTests {
    typealias ID = IntervalTreeClock.ID

    /// The rules of `split` in section 5.3.2 of the paper.
    @Test(arguments: [
        ("1", "(1, 0)", "(0, 1)"),
        ("(0, 1)", "(0, (1, 0))", "(0, (0, 1))"),
        ("(1, 0)", "((1, 0), 0)", "((0, 1), 0)"),
        ("(1, (0, 1))", "(1, 0)", "(0, (0, 1))"),
        ("(0, ((1, 0), 1))", "(0, ((1, 0), 0))", "(0, (0, 1))"),
    ])
    func split(id: String, kept: String, given: String) throws {
        var id = try TreeNotation.id(id)
        let whole = id
        let other = id.split()
        #expect(id.description == kept)
        #expect(other.description == given)
        try id.join(other)
        #expect(id == whole)
    }

    @Test(arguments: [
        ("1", 2, "(1, (1, 0))", "(0, (0, 1))"), ("(1, (1, 0))", 2, "(1, 0)", "(0, (1, 0))"),
        ("(1, 0)", 2, "((1, 0), 0)", "((0, 1), 0)"), ("((1, 0), (0, 1))", 2, "((1, 0), 0)", "(0, (0, 1))"),
        // Nothing would be left: split.
        ("(0, 1)", 1, "(0, (1, 0))", "(0, (0, 1))"), ("1", 0, "(1, 0)", "(0, 1)"), ("0", 3, "0", "0"),
    ])
    func carve(id: String, depth: Int, kept: String, given: String) throws {
        var id = try TreeNotation.id(id)
        let whole = id
        let part = id.carve(depth: depth)
        #expect(id.description == kept)
        #expect(part.description == given)
        try id.join(part)
        #expect(id == whole)
    }

    @Test func carvedPartsAreEquallyLarge() throws {
        var id = ID.seed
        var parts = (0..<63).map { _ in id.carve(depth: 6) }
        parts.append(id)
        #expect(Set(parts.map(\.bitCount)).count == 1)
        var whole = ID.none
        for part in parts { try whole.join(part) }
        #expect(whole == .seed)
    }

    @Test func nothingSplitsIntoNothing() {
        var id = ID.none
        #expect(id.split() == .none)
        #expect(id == .none)
    }

    @Test(arguments: [
        ("0", "0", "0"), ("0", "(1, 0)", "(1, 0)"), ("(1, 0)", "(0, 1)", "1"),
        ("((1, 0), 0)", "((0, 1), 1)", "1"), ("((1, 0), 0)", "(0, (0, 1))", "((1, 0), (0, 1))"),
    ])
    func join(a: String, b: String, sum: String) throws {
        var forth = try TreeNotation.id(a)
        try forth.join(try TreeNotation.id(b))
        #expect(forth.description == sum)
        var back = try TreeNotation.id(b)
        try back.join(try TreeNotation.id(a))
        #expect(back == forth)
    }

    @Test(arguments: [("1", "1"), ("1", "(0, (1, 0))"), ("(1, 0)", "((0, 1), 0)"), ("((1, 0), 1)", "(0, (1, 0))")])
    func overlappingIDsDoNotJoin(a: String, b: String) throws {
        for (a, b) in [(a, b), (b, a)] {
            var id = try TreeNotation.id(a)
            #expect(throws: IntervalTreeClock.OverlapError.self) { try id.join(try TreeNotation.id(b)) }
            #expect(id.description == a)
        }
    }

    @Test func bitCountGrowsWithTheDivisions() {
        var id = ID.seed
        #expect(id.bitCount == 3)
        #expect(ID.none.bitCount == 3)
        for forks in 1...100 {
            _ = id.split()
            #expect(id.bitCount == 3 + 2 * forks)
        }
    }
}
