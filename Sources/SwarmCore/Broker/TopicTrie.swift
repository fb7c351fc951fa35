/// The bindings of a topic exchange, compiled: patterns share a tree of words, and a key walks it with a set of states,
/// so that its cost hangs on how many patterns fit, not on how many there are, and no pattern makes it backtrack.
struct TopicTrie: Sendable {
    private struct Node: Sendable {
        var words: [String: Int] = [:]
        /// The node after `*` and the node after `#`.
        var anyWord: Int?
        var anyWords: Int?
        var isAnyWords = false
        /// Sorted.
        var values: [Int] = []

        var isEmpty: Bool { words.isEmpty && anyWord == nil && anyWords == nil && values.isEmpty }
    }

    private static let root = 0
    private var nodes = [Node()]
    private var free: [Int] = []

    /// Nodes in use, the root included.
    var count: Int { nodes.count - free.count }

    /// False if the value was there already.
    @discardableResult
    mutating func insert(_ value: Int, at pattern: String) -> Bool {
        var node = Self.root
        for word in TopicPattern.words(of: pattern) {
            if let child = child(of: node, by: word) {
                node = child
            } else {
                let child = makeNode(isAnyWords: word == "#")
                setChild(child, of: node, by: word)
                node = child
            }
        }
        let place = nodes[node].values.firstIndex { $0 >= value } ?? nodes[node].values.endIndex
        if place < nodes[node].values.endIndex, nodes[node].values[place] == value { return false }
        nodes[node].values.insert(value, at: place)
        return true
    }

    /// False if it was not there. Branches that nobody needs any more are cut.
    @discardableResult
    mutating func remove(_ value: Int, at pattern: String) -> Bool {
        var path = [Self.root]
        let words = TopicPattern.words(of: pattern)
        for word in words {
            guard let child = child(of: path[path.count - 1], by: word) else { return false }
            path.append(child)
        }
        guard let place = nodes[path[path.count - 1]].values.firstIndex(of: value) else { return false }
        nodes[path[path.count - 1]].values.remove(at: place)
        for depth in stride(from: words.count, to: 0, by: -1) where nodes[path[depth]].isEmpty {
            setChild(nil, of: path[depth - 1], by: words[depth - 1])
            nodes[path[depth]] = Node()
            free.append(path[depth])
        }
        return true
    }

    /// The values of all patterns that match, sorted, each once.
    func values(matching key: String) -> [Int] {
        var states: [Int] = []
        enter(Self.root, &states)
        for word in TopicPattern.words(of: key) {
            var next: [Int] = []
            for state in states {
                if nodes[state].isAnyWords { enter(state, &next) }
                if let child = nodes[state].words.isEmpty ? nil : nodes[state].words[String(word)] {
                    enter(child, &next)
                }
                if let child = nodes[state].anyWord { enter(child, &next) }
            }
            states = next
            if states.isEmpty { return [] }
        }
        let found = states.flatMap { nodes[$0].values }.sorted()
        return found.enumerated().filter { $0.offset == 0 || found[$0.offset - 1] != $0.element }.map(\.element)
    }

    /// Adds a node, and all that `#` reaches from it without a word.
    private func enter(_ node: Int, _ states: inout [Int]) {
        guard !states.contains(node) else { return }
        states.append(node)
        if let child = nodes[node].anyWords { enter(child, &states) }
    }

    private func child(of node: Int, by word: Substring) -> Int? {
        switch word {
        case "*": nodes[node].anyWord
        case "#": nodes[node].anyWords
        default: nodes[node].words[String(word)]
        }
    }

    private mutating func setChild(_ child: Int?, of node: Int, by word: Substring) {
        switch word {
        case "*": nodes[node].anyWord = child
        case "#": nodes[node].anyWords = child
        default: nodes[node].words[String(word)] = child
        }
    }

    private mutating func makeNode(isAnyWords: Bool) -> Int {
        var node = Node()
        node.isAnyWords = isAnyWords
        guard let slot = free.popLast() else {
            nodes.append(node)
            return nodes.count - 1
        }
        nodes[slot] = node
        return slot
    }
}
