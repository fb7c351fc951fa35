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

    /// Seed 907093: a snapshot had taken the log beyond the registration, and the log of the next host had not come.
    @Test("who registers a name that has moved on is answered when its new host's claim is here")
    func writtenAndMovedOn() throws {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        let name = cluster.names(ownedBy: "b", count: 1)[0]
        cluster.loses = { message, from, to in
            guard to.name == "a" else { return false }
            return switch message {
            case .reply: from.name == "b"
            case .delta(let delta): delta.origin.name != "a"
            case .snapshot: true
            default: false
            }
        }
        let order = RegistrationOrder(name: name, kind: "counter", groups: [])
        let request = cluster.request(.register(order), at: "a", timeout: 60_000_000)
        #expect(cluster.run(seconds: 5) { $0["c"].view[name] != nil })
        let written = try #require(cluster["b"].registry.ownClaim(name))
        let next = LogPosition(origin: cluster.id("c"), sequence: cluster["c"].registry.own.sequence + 1)
        let snapshot = SnapshotChunk(
            origin: written.host, sequence: written.sequence + 3, id: 1, index: 0, count: 1, claims: [],
            manifest: .init(digest: OriginLog.digest(of: []), count: 0, positions: [next], ended: []))
        let sender = Sender(node: written.host, life: 0)
        cluster.feed(.received(.snapshot(snapshot), from: sender), to: cluster.id("a"))
        let summary = RegistrationSummary(name: name, node: written.host, token: written.token)
        let id = RequestID(node: cluster.id("a"), number: request)
        let reply = Reply(id: id, result: .success(.written(summary, at: written.position)))
        cluster.feed(.received(.reply(reply), from: sender), to: cluster.id("a"))
        #expect(cluster["a"].view[name] == nil && cluster.nodes["a"]?.results[request] == nil)
        // It comes.
        let moved = written.at(next.origin, sequence: next.sequence)
        let put = Delta(origin: next.origin, first: next.sequence, operations: [.put(moved, cites: nil)])
        cluster.feed(.received(.delta(put), from: Sender(node: next.origin, life: 0)), to: cluster.id("a"))
        #expect(cluster.run(seconds: 5) { $0.nodes["a"]?.results[request]?.isSuccess == true })
    }

    /// The answer to a write of the log's end waits; one to an earlier write has what it needs.
    @Test("a write that others have waits for no later one")
    func acknowledgedInTheOrderOfTheLog() {
        var cluster = TrackerCluster.ready(["a", "b"])
        let names = cluster.register(count: 2, ownedBy: "a")
        cluster.run(seconds: 2)
        cluster.loses = { message, from, _ in
            if case .delta = message { from.name == "a" } else { false }
        }
        let later = cluster.request(.join(name: names[0], group: "g"), at: "a", timeout: 60_000_000)
        cluster.run(seconds: 0.2)
        // It changes nothing.
        let earlier = cluster.request(.leave(name: names[1], group: "g"), at: "a", timeout: 60_000_000)
        #expect(cluster.run(seconds: 5) { $0.nodes["a"]?.results[earlier]?.isSuccess == true })
        #expect(cluster.nodes["a"]?.results[later] == nil)
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 5) { $0.nodes["a"]?.results[later]?.isSuccess == true })
    }
}
