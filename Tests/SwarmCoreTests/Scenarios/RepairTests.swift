import SwarmCore
import Testing

/// Logs that are missing, and whom they are asked of.
@Suite("Scenarios: repair")
struct RepairTests {
    @Test("a write is answered when its log has come on behind another one")
    func writtenBehindAnotherLog() {
        var cluster = TrackerCluster.ready(["a", "b"])
        var dead = NodeScript.scripts("x")[0]
        let orphan = cluster.names(ownedBy: "b", count: 1)[0]
        _ = dead.put(orphan, token: 1)
        let lost = dead.node
        cluster.loses = { message, _, to in
            guard to.name == "a" else { return false }
            return switch message {
            case .delta(let delta): delta.origin == lost
            case .snapshot(let chunk): chunk.origin == lost
            default: false
            }
        }
        let sender = Sender(node: cluster.id("a"), life: 0)
        cluster.feed(.received(.delta(dead.delta()), from: sender), to: cluster.id("b"))
        #expect(cluster.run(seconds: 20) { $0.hosts(of: orphan) == ["b"] })
        let name = cluster.names(ownedBy: "b", count: 2)[1]
        let number = cluster.request(
            .register(RegistrationOrder(name: name, kind: "counter", groups: [])), at: "a", timeout: 15_000_000)
        cluster.run(seconds: 2)
        #expect(cluster.hosts(of: name) == ["b"] && cluster.nodes["a"]?.results[number] == nil)
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 12) { $0.nodes["a"]?.results[number] != nil })
        #expect(cluster.nodes["a"]?.results[number]?.isSuccess == true)
    }

    /// Seed 126962: the one who cited the log did not have it, was asked all the same, and who had it was not.
    @Test("a dead node's log is asked of who says that it has it, whoever was asked before")
    func askedOfWhoHasIt() {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        var scripts = NodeScript.scripts("x", "y")
        let first = scripts[0].put("w", token: 1)
        _ = scripts[1].put("w", token: 2, knowing: [first])
        // "b" has heard of the later log only, "c" has the earlier one, and "a" neither.
        let sender = Sender(node: cluster.id("b"), life: 0)
        cluster.feed(.received(.delta(scripts[0].delta()), from: sender), to: cluster.id("c"))
        cluster.loses = { message, _, to in
            guard to.name != "a" else { return false }
            return if case .vector = message { true } else { false }
        }
        cluster.feed(.received(.delta(scripts[1].delta()), from: sender), to: cluster.id("a"))
        cluster.run(seconds: 3)
        #expect(cluster["a"].registry.sequence(of: scripts[1].node) == 0)
        let positions = cluster["c"].registry.positions
        cluster.feed(
            .received(.vector(positions), from: Sender(node: cluster.id("c"), life: 0)), to: cluster.id("a"))
        cluster.run(seconds: 0.5)
        #expect(cluster["a"].registry.sequence(of: scripts[0].node) == 1)
        #expect(cluster["a"].registry.sequence(of: scripts[1].node) == 1)
    }
}
