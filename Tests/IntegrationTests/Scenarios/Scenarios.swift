import Swarm
import Testing

/// What clusters are there for, from the members' coming and going to races, on every backend. One at a time: each has
/// several nodes, and times short enough for a test.
@Suite(.serialized, .timeLimit(.minutes(5))) enum Scenarios {}

extension FaultyCluster {
    /// Registers counters from all nodes in turn, and adds each one's number to it, from 1 on.
    func registerTallies(_ names: [String]) async throws {
        let nodes = nodes
        try await concurrently(names.enumerated()) { index, name in
            let ref = try await nodes[index % nodes.count].register(name, as: Tally.self)
            _ = try await ref.call(.add(amount: index + 1))
        }
    }

    /// Adds to every one of the counters through a node.
    func add(_ amount: Int, to names: [String], through node: SwarmNode) async throws {
        try await concurrently(names) { _ = try await node.ref($0, as: Tally.self).call(.add(amount: amount)) }
    }

    /// Says which of the counters do not hold what they should.
    func expectTotals(
        _ names: [String], _ expected: [Int], _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let totals = try await totals(names)
        let wrong = names.indices.filter { totals[$0] != expected[$0] }
        guard !wrong.isEmpty else { return }
        let list = wrong.map { "\(names[$0]) holds \(totals[$0]), not \(expected[$0])" }.joined(separator: "; ")
        Issue.record("\(what): \(list)", sourceLocation: sourceLocation)
    }

    /// What the counters hold, asked through all nodes in turn.
    func totals(_ names: [String]) async throws -> [Int] {
        let nodes = nodes
        return try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for (index, name) in names.enumerated() {
                group.addTask { (index, try await nodes[index % nodes.count].ref(name, as: Tally.self).call(.get)) }
            }
            return try await group.reduce(into: [Int](repeating: 0, count: names.count)) { $0[$1.0] = $1.1 }
        }
    }
}

extension SwarmNode {
    /// The node of each name, as this one sees it.
    var hosts: [String: String] {
        Dictionary(registrations().map { ($0.name, $0.node.name) }, uniquingKeysWith: { first, _ in first })
    }
}
