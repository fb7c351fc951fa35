import DequeModule

/// The highest tokens of claims that ended, by name: storage outside may have seen them, and who comes next has to be above.
/// Of so many names; the oldest go first.
struct EndedTokens: Sendable {
    private var tokens: [String: Token] = [:]
    private var order: Deque<String> = []

    static let limit = 16_384

    subscript(name: String) -> Token? { tokens[name] }

    mutating func note(_ token: Token, of name: String) {
        if let old = tokens[name] {
            if old < token { tokens[name] = token }
            return
        }
        tokens[name] = token
        order.append(name)
        if order.count > Self.limit { tokens[order.removeFirst()] = nil }
    }
}
