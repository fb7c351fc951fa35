import HashTreeCollections

extension RegistryView {
    /// How many visible names each node hosts. Reads the whole table.
    package func namesByHost() -> [NodeID: Int] {
        var counts: [NodeID: Int] = [:]
        for claim in claims.values { counts[claim.host, default: 0] += 1 }
        return counts
    }

    package var nameCount: Int { claims.count }

    package var groupCount: Int { groups.count }
}
