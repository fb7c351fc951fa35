import HashTreeCollections
import SwarmCore
import Testing

/// What named scenarios have in common.
extension TrackerCluster {
    /// Nodes that are ready and know each other.
    static func ready(_ names: [String], _ prepare: (inout TrackerCluster) -> Void = { _ in }) -> TrackerCluster {
        var cluster = TrackerCluster()
        prepare(&cluster)
        cluster.start(names)
        #expect(cluster.run { c in c.allReady && names.allSatisfy { c[$0].memberSummaries.count == names.count } })
        cluster.run(seconds: 2)
        return cluster
    }

    /// So many names that belong to `owner`, as the members stand.
    func names(ownedBy owner: String, count: Int) -> [String] {
        var placement = self[owner].placement
        return (0..<10_000).lazy.map { "w\($0)" }.filter {
            placement.owner(of: $0, kind: "counter", strategy: strategy)?.name == owner
        }.prefix(count).map { $0 }
    }

    /// Registers so many names that belong to `owner`, and says which.
    mutating func register(count: Int, ownedBy owner: String) -> [String] {
        let names = names(ownedBy: owner, count: count)
        for name in names {
            #expect(register(name, at: owner).isSuccess)
            #expect(hosts(of: name) == [owner])
        }
        return names
    }

    /// Registers a name and has its worker count to `total`.
    mutating func register(_ name: String, total: UInt8, at node: String) {
        guard case .success = register(name, at: node) else {
            Issue.record("\(name) not registered")
            return
        }
        #expect(add(total, to: name, at: node) == total)
    }

    /// All that is there to be is there: everybody counts everybody, sees the same, and each of the names runs once.
    func isWell(_ names: [String]) -> Bool {
        allReady && agree && up.allSatisfy { self[$0].memberSummaries.count == up.count }
            && names.allSatisfy { name in
                let hosts = hosts(of: name)
                return hosts.count == 1 && up.allSatisfy { self[$0].view[name]?.host.name == hosts[0] }
            }
    }

    /// Nobody shows the name, and nobody runs it.
    func isGone(_ name: String) -> Bool {
        up.allSatisfy { node in
            self[node].view[name] == nil && !(nodes[node]?.workers.values.contains { $0.name == name } ?? false)
        }
    }

    /// The same, and each worker works, and has counted to its place in the list.
    func isWell(counted names: [String]) -> Bool {
        isWell(names) && names.indices.allSatisfy { total(of: names[$0]) == $0 + 1 }
    }

    func count(_ counter: Counter, at node: String) -> Int { nodes[node]?.counts[counter] ?? 0 }
}

extension Result where Success == ReplyBody, Failure == SwarmCore.Failure {
    var isSuccess: Bool {
        if case .success = self { return true }
        return false
    }
}
