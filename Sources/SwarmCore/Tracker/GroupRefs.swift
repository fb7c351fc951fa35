/// Which groups have members here, whether their bindings stand, and who waits for that.
struct GroupRefs: Sendable {
    struct Waiter: Sendable {
        let id: RequestID
        let result: Result<ReplyBody, Failure>
        let sequence: UInt64
        let local: Bool
    }

    private struct Group: Sendable {
        var references = 0
        var isBound = false
    }

    private var groups: [String: Group] = [:]
    private var waiting: [(missing: Set<String>, waiter: Waiter)] = []
    private var released: [Waiter] = []

    /// Returns true if the group is to be bound.
    mutating func add(_ group: String) -> Bool {
        groups[group, default: Group()].references += 1
        return groups[group]?.references == 1
    }

    /// Returns true if the group is to be unbound. Who waited for its binding need not wait any more.
    mutating func remove(_ group: String) -> Bool {
        guard let known = groups[group] else { return false }
        if known.references > 1 {
            groups[group]?.references -= 1
            return false
        }
        groups[group] = nil
        released += satisfy(group)
        return true
    }

    /// Keeps the waiter until all these groups are bound. False if they are: it need not wait.
    mutating func wait(for names: [String], _ waiter: Waiter) -> Bool {
        let missing = names.filter { groups[$0].map { !$0.isBound } ?? false }
        guard !missing.isEmpty else { return false }
        waiting.append((Set(missing), waiter))
        return true
    }

    /// The binding stands. Returns those who have all they waited for.
    mutating func bound(_ group: String) -> [Waiter] {
        groups[group]?.isBound = true
        return satisfy(group)
    }

    /// Those whose groups went away while they waited for the bindings.
    mutating func takeReleased() -> [Waiter] {
        defer { released.removeAll() }
        return released
    }

    private mutating func satisfy(_ group: String) -> [Waiter] {
        guard !waiting.isEmpty else { return [] }
        var done: [Waiter] = []
        waiting = waiting.compactMap { item in
            var item = item
            item.missing.remove(group)
            guard item.missing.isEmpty else { return item }
            done.append(item.waiter)
            return nil
        }
        return done
    }
}
