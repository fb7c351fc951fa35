import SwarmCore
import Testing

/// The load of the fullest node, relative to its fair share: the worst of 100 clusters of eight nodes.
@Suite struct BalanceTests {
    private static let nodes = 8
    private static let namesPerNode = 1000

    /// The limits include the noise of 1,000 names a node, which alone makes 9 % in the worst case.
    @Test(arguments: [(.ring, 1.2), (.rendezvous, 1.12)] as [(ShippedStrategy, Double)], NameShape.allCases)
    func noNodeIsFarAboveItsShare(limit: (strategy: ShippedStrategy, load: Double), shape: NameShape) {
        let names = shape.names(Self.nodes * Self.namesPerNode)
        var worst = 0.0
        for seed in 0..<100 {
            let layout = limit.strategy.layout((0..<Self.nodes).map { "cluster\(seed)-node\($0)" })
            var load: [String: Int] = [:]
            for name in names { load[layout.owner(of: name) ?? "", default: 0] += 1 }
            #expect(load.count == Self.nodes)
            worst = max(worst, Double(load.values.max() ?? 0) / Double(Self.namesPerNode))
        }
        #expect(worst >= 1 && worst <= limit.load, "worst of 100: \(worst)")
    }

    /// Weights are shares: 1 to 2 to 6.
    @Test(arguments: [(.ring, 0.12), (.rendezvous, 0.04)] as [(ShippedStrategy, Double)], NameShape.allCases)
    func weightsAreRespected(limit: (strategy: ShippedStrategy, error: Double), shape: NameShape) {
        let names = shape.names(20_000)
        let weights: [String: UInt32] = ["a": 50, "b": 100, "c": 300]
        let layout = limit.strategy.layout(weights.map { PlacementCandidate(name: $0.key, weight: $0.value) })
        var load: [String: Int] = [:]
        for name in names { load[layout.owner(of: name) ?? "", default: 0] += 1 }
        for (node, weight) in weights {
            let share = Double(load[node] ?? 0) / Double(names.count)
            let error = abs(share / (Double(weight) / 450) - 1)
            #expect(error < limit.error, "\(node) has \(share)")
        }
    }

    /// If a node goes, its names do not all fall to one other.
    @Test(arguments: ShippedStrategy.allCases)
    func successorsAreSpread(strategy: ShippedStrategy) {
        let layout = strategy.layout((0..<Self.nodes).map { "node\($0)" })
        var load: [String: Int] = [:]
        for name in NameShape.sequential.names(10_000) {
            let owners = layout.owners(of: name, count: 2)
            if owners[0] == "node0" { load[owners[1], default: 0] += 1 }
        }
        let mean = Double(load.values.reduce(0, +)) / Double(Self.nodes - 1)
        #expect(load.count == Self.nodes - 1)
        #expect(Double(load.values.max() ?? 0) < 1.5 * mean, "\(load)")
    }
}
