/// A topic exchange: its bindings and a memory of where keys went, since few keys make up most of the traffic.
struct BrokerExchange: Sendable {
    private static let rememberedKeys = 8_192

    let name: String
    private var trie = TopicTrie()
    private var routes: [String: [Int]] = [:]

    init(name: String) { self.name = name }

    /// The slots of the queues that a key reaches, sorted.
    mutating func queues(for key: String) -> [Int] {
        if let known = routes[key] { return known }
        let found = trie.values(matching: key)
        if routes.count >= Self.rememberedKeys { routes.removeAll(keepingCapacity: true) }
        routes[key] = found
        return found
    }

    mutating func bind(_ queue: Int, to key: String) {
        if trie.insert(queue, at: key) { routes.removeAll(keepingCapacity: true) }
    }

    mutating func unbind(_ queue: Int, from key: String) {
        if trie.remove(queue, at: key) { routes.removeAll(keepingCapacity: true) }
    }
}
