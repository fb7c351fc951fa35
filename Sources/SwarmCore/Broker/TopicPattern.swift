/// Keys and patterns of AMQP topic exchanges: words between dots; in a pattern `*` stands for one word and `#` for any
/// number of words, none included. The empty key has no words; `a.` has two, the second of which is empty.
package enum TopicPattern {
    /// The words of a key or pattern.
    package static func words(of key: String) -> [Substring] {
        key.isEmpty ? [] : key.split(separator: ".", omittingEmptySubsequences: false)
    }

    /// Whether `pattern` matches `key`, in time proportional to the product of their lengths.
    package static func matches(_ pattern: String, _ key: String) -> Bool {
        let pattern = words(of: pattern)
        // reachable[i]: the words of the key read so far can be matched by the first i words of the pattern.
        var reachable = [Bool](repeating: false, count: pattern.count + 1)
        reachable[0] = true
        for (index, word) in pattern.enumerated() where word == "#" && reachable[index] {
            reachable[index + 1] = true
        }
        for word in words(of: key) {
            var next = [Bool](repeating: false, count: pattern.count + 1)
            for (index, expected) in pattern.enumerated() {
                if expected == "#" {
                    if reachable[index] || reachable[index + 1] || next[index] { next[index + 1] = true }
                } else if reachable[index] && (expected == "*" || expected == word) {
                    next[index + 1] = true
                }
            }
            reachable = next
        }
        return reachable[pattern.count]
    }
}
