import SwarmCore
import Testing

@Suite struct TopicPatternTests {
    /// pattern, key, matches. The rules for empty words are those of RabbitMQ: the empty key has no words.
    static let table: [(String, String, Bool)] = [
        ("a", "a", true), ("a", "b", false), ("a", "a.b", false), ("a.b", "a", false), ("a.b", "a.b", true),
        ("", "", true), ("", "a", false), ("a", "", false),
        ("*", "a", true), ("*", "", false), ("*", "a.b", false), ("*.*", "a.b", true), ("*.*", "a", false),
        ("a.*", "a.b", true), ("a.*", "a", false), ("a.*", "a.", true), ("a.*", "a.b.c", false),
        ("*.b", "a.b", true), ("*.b", ".b", true), ("*.b", "b", false), ("a.*.c", "a.b.c", true),
        ("a.*.c", "a..c", true), ("a.*.c", "a.c", false),
        ("#", "", true), ("#", "a", true), ("#", "a.b.c", true), ("#", "..", true),
        ("a.#", "a", true), ("a.#", "a.b", true), ("a.#", "a.b.c", true), ("a.#", "b", false), ("a.#", "", false),
        ("a.#", "ab", false), ("#.c", "c", true), ("#.c", "a.b.c", true), ("#.c", "a.c.b", false),
        ("#.c", "cc", false), ("a.#.c", "a.c", true), ("a.#.c", "a.b.b.c", true), ("a.#.c", "a", false),
        ("a.#.c", "a.c.c", true), ("#.#", "", true), ("#.#", "a", true), ("#.*", "a", true), ("#.*", "", false),
        ("*.#", "a", true), ("*.#", "", false), ("*.#", "a.b.c", true), ("#.*.#", "", false), ("#.*.#", "a.b", true),
        ("#.b.#", "a.b.c", true), ("#.b.#", "b", true), ("#.b.#", "a.c", false), ("#.a.#.a", "a", false),
        ("#.a.#.a", "a.a", true), ("#.a.#.a", "x.a.y.a", true), ("*.#.*", "a", false), ("*.#.*", "a.b", true),
        ("heartbeat.*", "heartbeat.node-1", true), ("heartbeat.*", "heartbeat.node.1", false),
        ("a*", "ab", false), ("a*", "a*", true), ("a#", "a#", true), ("*", "*", true), ("#", "#", true),
        ("a", "*", false), ("a", "#", false), ("A", "a", false), ("ä.*", "ä.ö", true), ("a.b", "a.b.", false),
        (".", ".", true), ("*.*", ".", true), ("*.*.*", "..", true), ("a.", "a", false),
    ]

    @Test(arguments: table) func matches(pattern: String, key: String, expected: Bool) {
        #expect(TopicPattern.matches(pattern, key) == expected)
    }

    @Test(arguments: table) func routes(pattern: String, key: String, expected: Bool) throws {
        let bench = try RoutingBench(queues: 1)
        try bench.bind(0, pattern)
        #expect(bench.publish(key) == (expected ? [0] : []))
    }

    /// All patterns of up to four words at once in one trie, against the plain matcher.
    @Test func trieAgreesWithMatcher() throws {
        let words = ["a", "b", "*", "#"]
        var patterns = [""]
        var longest = [""]
        for _ in 0..<4 {
            longest = longest.flatMap { prefix in words.map { prefix.isEmpty ? $0 : "\(prefix).\($0)" } }
            patterns += longest
        }
        let bench = try RoutingBench(queues: patterns.count)
        for (index, pattern) in patterns.enumerated() { try bench.bind(index, pattern) }
        var keys = [""]
        var last = [""]
        for _ in 0..<5 {
            last = last.flatMap { prefix in ["a", "b", "c"].map { prefix.isEmpty ? $0 : "\(prefix).\($0)" } }
            keys += last
        }
        for key in keys {
            let expected = patterns.indices.filter { TopicPattern.matches(patterns[$0], key) }
            #expect(bench.publish(key) == expected, "key \(key)")
        }
        // Half of them go, in an order of their own, and the others are not disturbed.
        for index in patterns.indices.reversed() where index % 2 == 1 { try bench.unbind(index, patterns[index]) }
        let left = patterns.indices.filter { $0 % 2 == 0 }
        for key in keys {
            #expect(bench.publish(key) == left.filter { TopicPattern.matches(patterns[$0], key) }, "key \(key)")
        }
    }

    /// A pattern that a backtracking matcher needs longer than the universe for.
    @Test func manyWildcardsCostLittle() throws {
        let pattern = Array(repeating: "#.a", count: 60).joined(separator: ".") + ".b"
        let key = Array(repeating: "a", count: 120).joined(separator: ".")
        let bench = try RoutingBench(queues: 1)
        try bench.bind(0, pattern)
        #expect(bench.publish(key) == [])
        #expect(bench.publish(key + ".b") == [0])
        #expect(!TopicPattern.matches(pattern, key))
    }
}
