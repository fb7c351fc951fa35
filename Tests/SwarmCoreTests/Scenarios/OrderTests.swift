import HashTreeCollections
import IntervalTreeClocks
import SwarmCore
import Testing

/// Which of several claims counts.
@Suite("Scenarios: order of claims")
struct OrderTests {
    /// By stamp the second follows the first, by token the first is above the third and the third above the second: whoever
    /// compares two at a time, by stamp where it tells and else by token, goes round in a circle.
    @Test("three claims whose pairwise order is a cycle have one winner, in whatever order they arrive")
    func cycle() {
        var nodes = NodeScript.scripts("a", "b", "c", "z")
        let first = nodes[0].put("w", token: 30)
        let second = nodes[1].put(
            "w", token: 10, birth: LogPosition(origin: nodes[1].node, sequence: 1), knowing: [first])
        let third = nodes[2].put("w", token: 20)
        #expect(second.stamp.compare(to: first.stamp) == .after)
        #expect(third.stamp.compare(to: first.stamp) == .concurrent)
        #expect(third.stamp.compare(to: second.stamp) == .concurrent)
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        for replica in nodes {
            for order in orders {
                var registry = Registry.replica(of: replica, hosts: Array(nodes.prefix(3)))
                for index in order { registry.take(nodes[index]) }
                #expect(registry.view["w"] == first)
                #expect(registry.claims(on: "w").count == 3)
                // The winner's host dies: the next one is the same everywhere, too.
                guard replica.node != nodes[0].node else { continue }
                registry.bury(nodes[0].node)
                #expect(registry.view["w"] == third)
            }
        }
    }

    @Test("three nodes that registered a name apart end with one of the three workers, and all that was counted most")
    func threeRivals() {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        for node in ["a", "b", "c"] { cluster.cut([node], from: Set(["a", "b", "c"]).subtracting([node])) }
        #expect(cluster.run { c in ["a", "b", "c"].allSatisfy { c[$0].memberSummaries.count == 1 } })
        cluster.run(seconds: 6)
        for (index, node) in ["c", "a", "b"].enumerated() {
            cluster.register("x", total: UInt8(10 * index + 5), at: node)
        }
        cluster.heal()
        #expect(cluster.run { $0.isWell(["x"]) })
        cluster.run(seconds: 30)
        #expect(cluster.isWell(["x"]))
        #expect(cluster.total(of: "x") == 25)
    }
}
