package import HashTreeCollections

/// What lookups see: the visible claims, as a persistent value.
///
/// A copy costs a reference and never makes the next write copy the table: the trees share what did not change. The
/// shell keeps the latest one behind a lock, so that lookups neither suspend nor wait for the tracker.
package struct RegistryView: Sendable {
    /// The visible claim of each name (its host is a live member).
    package private(set) var claims: TreeDictionary<String, Claim> = [:]
    /// The members of each group; groups without members are not kept.
    package private(set) var groups: TreeDictionary<String, TreeDictionary<String, Claim>> = [:]

    package init() {}

    package subscript(name: String) -> Claim? { claims[name] }

    /// Claims whose name starts with `prefix`, sorted by name. Reads the whole table.
    package func claims(prefix: String) -> [Claim] {
        claims.values.filter { prefix.isEmpty || $0.name.hasPrefix(prefix) }.sorted { $0.name < $1.name }
    }

    /// The members of a group, sorted by name.
    package func members(of group: String) -> [Claim] {
        groups[group].map { $0.values.sorted { $0.name < $1.name } } ?? []
    }

    /// Makes `claim` the visible one of `name`, or none.
    package mutating func show(_ claim: Claim?, for name: String) {
        let old = claims[name]
        if let old, let claim, old === claim { return }
        if let claim { claims[name] = claim } else { claims.removeValue(forKey: name) }
        for group in old?.groups ?? [] where !(claim?.groups.contains(group) ?? false) {
            groups[group]?.removeValue(forKey: name)
            if groups[group]?.isEmpty ?? false { groups.removeValue(forKey: group) }
        }
        if let claim {
            for group in claim.groups { groups[group, default: [:]][name] = claim }
        }
    }
}
