/// Which keys the group queue of this node is bound to, for the groups that its workers are in.
///
/// One binding a group, while they are few: an exact binding keeps foreign messages away from the node. Removing a
/// queue with thousands of bindings stalls a broker for seconds, though, so past `limit` bindings the groups that
/// share their first word are bound together (`word.#`), and if that is not enough, all of them (`#`); what arrives
/// needlessly is filtered out. When the groups have become few again, the node returns to exact bindings. A binding is
/// taken away only after those that replace it stand, so that no message is missed meanwhile.
package struct GroupBindings: Sendable {
    package enum Action: Hashable, Sendable {
        case bind(String)
        case unbind(String)
        /// The group is heard: whoever waits for it may go on.
        case announce(group: String)
    }

    /// `*` and `#` are words of patterns only, never of groups.
    private static let all = "#"

    package let limit: Int
    /// The groups wanted, by first word.
    private var groups: [String: Set<String>] = [:]
    private var groupCount = 0
    /// First words that are bound as a whole.
    private var wideWords: Set<String> = []
    private var bindsAll = false
    /// Bindings that stand for something, and whether the broker has confirmed them.
    private var wanted: [String: Bool] = [:]
    private var unconfirmed = 0
    /// Bindings to take away when those that replace them stand, and whether the broker has confirmed them.
    private var obsolete: [String: Bool] = [:]
    /// Groups whose binding somebody waits for.
    private var awaited: Set<String> = []

    package init(limit: Int = 512) { self.limit = max(1, limit) }

    /// How many bindings there are, at this moment and when all is settled.
    package var bindingCount: Int { wanted.count + obsolete.count }
    package var isFiltering: Bool { bindsAll || !wideWords.isEmpty }

    /// Whether a message of this group is for this node at all.
    package func wants(_ group: String) -> Bool { groups[Self.firstWord(of: group)]?.contains(group) ?? false }

    /// A local worker is in this group now.
    package mutating func add(_ group: String) -> [Action] {
        var actions: [Action] = []
        let word = Self.firstWord(of: group)
        if groups[word, default: []].insert(group).inserted { groupCount += 1 }
        let pattern = pattern(for: group)
        if wanted[pattern] == nil { want(pattern, &actions) }
        if wanted.count > limit { widen(&actions) }
        if wanted[self.pattern(for: group)] == true {
            actions.append(.announce(group: group))
        } else {
            awaited.insert(group)
        }
        return actions
    }

    /// No local worker is in this group any more.
    package mutating func remove(_ group: String) -> [Action] {
        let word = Self.firstWord(of: group)
        guard groups[word]?.remove(group) != nil else { return [] }
        groupCount -= 1
        awaited.remove(group)
        var actions: [Action] = []
        let isLastOfWord = groups[word]?.isEmpty ?? true
        if isLastOfWord { groups.removeValue(forKey: word) }
        if isFiltering, groupCount <= limit / 2 {
            narrow(&actions)
        } else if !bindsAll, isLastOfWord || !wideWords.contains(word) {
            unwant(pattern(for: group), &actions)
            if isLastOfWord { wideWords.remove(word) }
        }
        return actions
    }

    /// The broker has confirmed a binding.
    package mutating func bound(_ pattern: String) -> [Action] {
        guard let confirmed = wanted[pattern] else {
            if obsolete[pattern] != nil { obsolete[pattern] = true }
            return []
        }
        if !confirmed {
            wanted[pattern] = true
            unconfirmed -= 1
        }
        var actions: [Action] = []
        announce(pattern, &actions)
        if unconfirmed == 0 { dropObsolete(&actions) }
        return actions
    }

    // MARK: Parts

    private static func firstWord(of group: String) -> String {
        group.firstIndex(of: ".").map { String(group[..<$0]) } ?? group
    }

    private func pattern(for group: String) -> String {
        if bindsAll { return Self.all }
        let word = Self.firstWord(of: group)
        return wideWords.contains(word) ? word + ".#" : group
    }

    private mutating func want(_ pattern: String, _ actions: inout [Action]) {
        guard wanted[pattern] == nil else { return }
        // One that was about to be taken away is kept.
        if let confirmed = obsolete.removeValue(forKey: pattern) {
            wanted[pattern] = confirmed
            if confirmed { announce(pattern, &actions) } else { unconfirmed += 1 }
            return
        }
        wanted[pattern] = false
        unconfirmed += 1
        actions.append(.bind(pattern))
    }

    /// The binding stands: tells the groups that waited for it.
    private mutating func announce(_ pattern: String, _ actions: inout [Action]) {
        let heard = awaited.contains(pattern) ? [pattern] : awaited.filter { self.pattern(for: $0) == pattern }.sorted()
        for group in heard {
            awaited.remove(group)
            actions.append(.announce(group: group))
        }
    }

    /// Nothing replaces this one, so it goes at once.
    private mutating func unwant(_ pattern: String, _ actions: inout [Action]) {
        guard let confirmed = wanted.removeValue(forKey: pattern) else { return }
        if !confirmed { unconfirmed -= 1 }
        actions.append(.unbind(pattern))
        if unconfirmed == 0 { dropObsolete(&actions) }
    }

    /// Others replace this one; it goes when they stand.
    private mutating func retire(_ pattern: String) {
        guard let confirmed = wanted.removeValue(forKey: pattern) else { return }
        if !confirmed { unconfirmed -= 1 }
        obsolete[pattern] = confirmed
    }

    private mutating func dropObsolete(_ actions: inout [Action]) {
        actions += obsolete.keys.sorted().map { .unbind($0) }
        obsolete.removeAll()
    }

    /// Binds the first word with the most exact bindings as a whole; everything, where no word saves any.
    private mutating func widen(_ actions: inout [Action]) {
        let candidates = groups.filter { !wideWords.contains($0.key) }
        let best = candidates.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
        if let best, best.value.count > 1 {
            for group in best.value.sorted() { retire(group) }
            wideWords.insert(best.key)
            want(best.key + ".#", &actions)
        } else {
            for pattern in wanted.keys.sorted() { retire(pattern) }
            wideWords.removeAll()
            bindsAll = true
            want(Self.all, &actions)
        }
        if unconfirmed == 0 { dropObsolete(&actions) }
    }

    /// Back to one binding a group.
    private mutating func narrow(_ actions: inout [Action]) {
        for pattern in wanted.keys.sorted() where pattern.hasSuffix(Self.all) { retire(pattern) }
        bindsAll = false
        wideWords.removeAll()
        for group in groups.values.flatMap({ $0 }).sorted() { want(group, &actions) }
        if unconfirmed == 0 { dropObsolete(&actions) }
    }
}
