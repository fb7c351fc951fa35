import Testing

@testable import Swarm

@Suite struct NameRulesTests {
    @Test func noRulesAllowAll() throws {
        #expect(try NameRules(allow: [], deny: []).allows("anything"))
    }

    @Test func denyIsStrongerThanAllow() throws {
        let rules = try NameRules(allow: [.matching("shop-.*"), "admin"], deny: ["shop-3"])
        #expect(rules.allows("shop-1"))
        #expect(rules.allows("admin"))
        #expect(!rules.allows("shop-3"))
        #expect(!rules.allows("other"))
        // Remembered answers are the same.
        #expect(rules.allows("shop-1"))
        #expect(!rules.allows("shop-3"))
    }

    @Test func anExpressionHasToMatchTheWholeName() throws {
        let rules = try NameRules(allow: [.matching("a")], deny: [])
        #expect(rules.allows("a"))
        #expect(!rules.allows("ab"))
    }

    @Test func aLiteralIsNoExpression() throws {
        let rules = try NameRules(allow: [], deny: [".*"])
        #expect(rules.allows("a"))
    }

    @Test func aBrokenExpressionIsRefusedInWords() {
        let error = #expect(throws: SwarmError.self) { try NameRules(allow: [.matching("(")], deny: []) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func theMemoryIsBounded() throws {
        let rules = try NameRules(allow: [.matching("n[0-9]*")], deny: [])
        for number in 0..<10_000 { #expect(rules.allows("n\(number)")) }
        #expect(!rules.allows("x"))
    }
}
