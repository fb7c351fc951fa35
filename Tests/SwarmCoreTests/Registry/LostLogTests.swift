import HashTreeCollections
import SwarmCore
import Testing

/// Logs of which nobody has more, and that come back all the same.
@Suite("Registry: lost logs")
struct LostLogTests {
    private let name = "worker"

    /// The first node has handed the name over to the second and released it; the third has written nothing.
    private func handedOver() -> (nodes: [NodeScript], moving: Claim, second: Claim) {
        var nodes = NodeScript.scripts("a", "b", "z")
        let first = nodes[0].put(name, token: 5)
        let moving = nodes[0].move(first, to: nodes[1].node, token: 6)
        let second = nodes[1].put(name, token: 6, knowing: [moving], cites: moving.position)
        nodes[0].release(name, to: second)
        return (nodes, moving, second)
    }

    @Test("a name that was taken over by a node of whose log nothing is left stays with its last host")
    func takenToTheGrave() {
        let (nodes, moving, _) = handedOver()
        var registry = Registry.replica(of: nodes[2], hosts: [nodes[0], nodes[1]])
        registry.take(nodes[0])
        registry.bury(nodes[0].node)
        registry.bury(nodes[1].node)
        #expect(registry.sequence(of: nodes[0].node) == 2)
        registry.giveUp(nodes[1].node)
        #expect(registry.sequence(of: nodes[0].node) == 3)
        #expect(registry.claims(on: name) == [moving])
        #expect(registry.orphans == [name])
    }

    @Test("a name that has passed through logs that came as snapshots is not taken for an ended one")
    func passedThroughSnapshots() {
        var nodes = NodeScript.scripts("a", "b", "c", "z")
        let first = nodes[0].put(name, token: 5)
        let moving = nodes[0].move(first, to: nodes[1].node, token: 6)
        let second = nodes[1].put(name, token: 6, knowing: [moving], cites: moving.position)
        nodes[0].release(name, to: second)
        let onward = nodes[1].move(second, to: nodes[2].node, token: 7)
        let third = nodes[2].put(name, token: 7, knowing: [onward], cites: onward.position)
        nodes[1].release(name, to: third)
        var registry = Registry.replica(of: nodes[3], hosts: [nodes[0], nodes[1], nodes[2]])
        for host in nodes[0...1] {
            let isInstalled = registry.install(host.snapshot())
            #expect(isInstalled)
        }
        registry.take(nodes[2])
        #expect(registry.view[name] == third)
    }

    /// Seed 230380: who got the log as a snapshot saw the dead host's claim, and nothing that had ended it.
    @Test("a dead host's name that another one took over and unregistered does not come back with a snapshot")
    func unregisteredBehindASnapshot() {
        var nodes = NodeScript.scripts("a", "b", "y", "z")
        let first = nodes[0].put(name, token: 5)
        _ = nodes[1].put(name, token: 6, knowing: [first], cites: first.position)
        nodes[1].remove(name)
        var witness = Registry.replica(of: nodes[2], hosts: [nodes[0], nodes[1]])
        var newcomer = Registry.replica(of: nodes[3], hosts: [nodes[0], nodes[1]])
        witness.take(nodes[0])
        newcomer.take(nodes[0])
        witness.take(nodes[1])
        witness.bury(nodes[0].node)
        newcomer.bury(nodes[0].node)
        #expect(newcomer.orphans == [name])
        let ended = witness.logs[nodes[1].node]?.endings ?? []
        #expect(ended == [EndedClaim(name: name, birth: first.birth)])
        let isInstalled = newcomer.install(nodes[1].snapshot(ended: ended))
        #expect(isInstalled && newcomer.orphans.isEmpty)
        #expect(newcomer.logs[nodes[1].node]?.endings == ended)
    }

    /// Seed 219761: the log of a node that came back counted as seen still, a release overtook the successor's claim, and
    /// that was taken for one of an ended name.
    @Test("what was given up of a log is waited for again when its node is back")
    func givenUpAndBack() {
        let (nodes, moving, second) = handedOver()
        var registry = Registry.replica(of: nodes[2], hosts: [nodes[0], nodes[1]])
        registry.bury(nodes[1].node)
        registry.giveUp(nodes[1].node)
        registry.revive(nodes[1].node)
        registry.take(nodes[0])
        #expect(registry.claims(on: name) == [moving])
        registry.take(nodes[1])
        #expect(registry.view[name] == second)
        #expect(registry.claims(on: name) == [second])
    }

    /// Seed 706869: two registrations of one name, and each side took the other's for the one that was left.
    @Test("a registration that gave way to another one, and was started again by who did not know, is not unregistered")
    func gaveWayAndStartedAgain() {
        var nodes = NodeScript.scripts("b", "d", "a")
        let first = nodes[0].put("w", token: 5)
        let other = nodes[1].put("w", token: 9)
        nodes[0].release("w", to: other)
        let again = nodes[2].put("w", token: 12, knowing: [first], cites: first.position)
        var registry = Registry.replica(of: NodeScript.scripts("z")[0], hosts: nodes)
        for node in nodes { registry.take(node) }
        #expect(again.birth == first.birth && registry.view["w"] == again)
        #expect(registry.endedClaims(of: again.host, limit: 1).isEmpty)
    }
}
