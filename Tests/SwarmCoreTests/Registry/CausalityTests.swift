import HashTreeCollections
import IntervalTreeClocks
import SwarmCore
import Testing

/// Put, update and remove, of this node's own log and of another's, where what they meet is known to them (dominated),
/// knows them (dominating), neither (concurrent), or is not there.
@Suite("Registry: causality")
struct CausalityTests {
    /// The order in which a replica hears of two logs. What it shows in the end must not depend on it.
    enum Arrival: CaseIterable { case firstThenSecond, secondThenFirst }

    private let name = "worker"

    /// A third node's view of two logs.
    private func observer(_ first: NodeScript, _ second: NodeScript, _ arrival: Arrival) -> Registry {
        let third = NodeScript.scripts("z")[0]
        var registry = Registry.replica(of: third, hosts: [first, second])
        for script in arrival == .firstThenSecond ? [first, second] : [second, first] { registry.take(script) }
        return registry
    }

    // MARK: Put

    @Test("a put of an unknown name shows it, here and elsewhere")
    func putUnknown() {
        var nodes = NodeScript.scripts("a", "b")
        let claim = nodes[0].put(name, token: 5)
        var local = Registry.replica(of: nodes[0], hosts: [nodes[1]])
        local.take(nodes[0])
        var remote = Registry.replica(of: nodes[1], hosts: [nodes[0]])
        remote.take(nodes[0])
        for var registry in [local, remote] {
            #expect(registry.view[name] == claim)
            #expect(registry.takeChanges() == [.appeared(claim)])
        }
    }

    @Test("a put that knows the other claim supersedes it", arguments: Arrival.allCases)
    func putDominating(arrival: Arrival) {
        var nodes = NodeScript.scripts("a", "b")
        let first = nodes[0].put(name, token: 5)
        let second = nodes[1].put(name, token: 6, knowing: [first], cites: first.position)
        #expect(first.stamp.compare(to: second.stamp) == .before)
        #expect(second.birth == first.birth)
        let registry = observer(nodes[0], nodes[1], arrival)
        #expect(registry.view[name] == second)
        // The old host has not released it yet: its claim is kept, and does not show.
        #expect(registry.claims(on: name) == [first, second])
    }

    @Test("a remote put that knows the local claim supersedes it; a local one does the same to a remote one")
    func putDominatingAtTheHosts() {
        var nodes = NodeScript.scripts("a", "b")
        let first = nodes[0].put(name, token: 5)
        let second = nodes[1].put(name, token: 6, knowing: [first], cites: first.position)
        var local = Registry.replica(of: nodes[0], hosts: [nodes[1]])
        local.take(nodes[0])
        _ = local.takeChanges()
        local.take(nodes[1])
        #expect(local.view[name] == second)
        #expect(local.takeChanges() == [.moved(second, from: nodes[0].node)])
        var remote = Registry.replica(of: nodes[1], hosts: [nodes[0]])
        remote.take(nodes[0])
        remote.take(nodes[1])
        #expect(remote.view[name] == second)
    }

    @Test("a put that the visible claim knew of changes nothing when it arrives late")
    func putDominated() {
        var nodes = NodeScript.scripts("a", "b", "z")
        let first = nodes[0].put(name, token: 5)
        // The successor cites no operation, so that a replica may have it before the log that it followed.
        let second = nodes[1].put(
            name, token: 6, birth: LogPosition(origin: nodes[1].node, sequence: 1), knowing: [first])
        var registry = Registry.replica(of: nodes[2], hosts: [nodes[0], nodes[1]])
        registry.take(nodes[1])
        #expect(registry.view[name] == second)
        _ = registry.takeChanges()
        registry.take(nodes[0])
        #expect(registry.view[name] == second)
        #expect(registry.takeChanges().isEmpty)
    }

    @Test("a put that cites what has not arrived waits for it, and says what is missing")
    func putBeforeWhatItCites() {
        var nodes = NodeScript.scripts("a", "b", "z")
        let first = nodes[0].put(name, token: 5)
        let second = nodes[1].put(name, token: 6, knowing: [first], cites: first.position)
        var registry = Registry.replica(of: nodes[2], hosts: [nodes[0], nodes[1]])
        let outcome = registry.receive(nodes[1].delta())
        #expect(outcome.applied == 0)
        #expect(outcome.gaps.map(\.origin) == [nodes[0].node])
        #expect(outcome.gaps.map(\.holder) == [nodes[1].node])
        #expect(registry.view[name] == nil)
        registry.take(nodes[0])
        #expect(registry.view[name] == second)
    }

    @Test("of concurrent puts the higher token shows, at both hosts and elsewhere", arguments: Arrival.allCases)
    func putConcurrent(arrival: Arrival) {
        var nodes = NodeScript.scripts("a", "b")
        let lower = nodes[0].put(name, token: 5)
        let higher = nodes[1].put(name, token: 6)
        #expect(lower.stamp.compare(to: higher.stamp) == .concurrent)
        var replicas = [observer(nodes[0], nodes[1], arrival)]
        for host in nodes {
            var registry = Registry.replica(of: host, hosts: nodes)
            for script in arrival == .firstThenSecond ? nodes : nodes.reversed() { registry.take(script) }
            replicas.append(registry)
        }
        for registry in replicas {
            #expect(registry.view[name] == higher)
            #expect(registry.claims(on: name) == [lower, higher], "the loser still runs, until its state is taken")
        }
    }

    @Test("equal clocks of concurrent puts are told apart the same way everywhere", arguments: Arrival.allCases)
    func putConcurrentAtTheSameTime(arrival: Arrival) {
        var nodes = NodeScript.scripts("a", "b")
        _ = nodes[0].put(name, token: 5)
        let winner = nodes[1].put(name, token: 5)
        #expect(observer(nodes[0], nodes[1], arrival).view[name] == winner)
    }

    // MARK: Update

    @Test("an update by the host replaces what it had said, here and elsewhere")
    func updateDominating() {
        var nodes = NodeScript.scripts("a", "b")
        let old = nodes[0].put(name, token: 5, metadata: ["color": "red"])
        let new = nodes[0].update(old, metadata: ["color": "blue", "size": "3"])
        #expect(old.stamp.compare(to: new.stamp) == .before)
        for host in nodes {
            var registry = Registry.replica(of: host, hosts: nodes)
            registry.take(nodes[0])
            #expect(registry.view[name]?.metadata == ["color": "blue", "size": "3"])
            #expect(registry.claims(on: name) == [new])
            #expect(registry.view[name]?.token == old.token, "the ownership is the same")
        }
    }

    @Test("an update that arrives twice, or before what it follows, counts once")
    func updateOutOfOrder() {
        var nodes = NodeScript.scripts("a", "b")
        let old = nodes[0].put(name, token: 5, metadata: ["n": "1"])
        let middle = nodes[0].update(old, metadata: ["n": "2"])
        let new = nodes[0].update(middle, metadata: ["n": "3"])
        var registry = Registry.replica(of: nodes[1], hosts: nodes)
        #expect(registry.receive(nodes[0].delta(from: 3)).applied == 0)
        #expect(registry.view[name] == nil)
        #expect(
            registry.receive(Delta(origin: nodes[0].node, first: 1, operations: [nodes[0].operations[0]])).applied == 1)
        #expect(registry.view[name] == old)
        #expect(registry.receive(nodes[0].delta()).applied == 2)
        #expect(registry.view[name] == new)
        #expect(registry.receive(nodes[0].delta()).duplicates == 3)
        #expect(registry.view[name] == new)
    }

    @Test("an update of a claim that has been superseded does not show", arguments: Arrival.allCases)
    func updateDominated(arrival: Arrival) {
        var nodes = NodeScript.scripts("a", "b")
        let first = nodes[0].put(name, token: 5, metadata: ["by": "a"])
        let second = nodes[1].put(
            name, token: 6, knowing: [first], metadata: ["by": "b"], cites: first.position)
        // The old host has not heard of it yet.
        let late = nodes[0].update(first, metadata: ["by": "a, late"])
        #expect(late.stamp.compare(to: second.stamp) == .concurrent)
        let registry = observer(nodes[0], nodes[1], arrival)
        #expect(registry.view[name] == second)
        #expect(registry.view[name]?.metadata == ["by": "b"])
    }

    @Test("of concurrent updates of rival claims the winner's shows", arguments: Arrival.allCases)
    func updateConcurrent(arrival: Arrival) {
        var nodes = NodeScript.scripts("a", "b")
        let lower = nodes[0].put(name, token: 5)
        let higher = nodes[1].put(name, token: 6)
        let ofLower = nodes[0].update(lower, metadata: ["by": "a"])
        let ofHigher = nodes[1].update(higher, metadata: ["by": "b"])
        #expect(ofLower.stamp.compare(to: ofHigher.stamp) == .concurrent)
        let registry = observer(nodes[0], nodes[1], arrival)
        #expect(registry.view[name]?.metadata == ["by": "b"])
        #expect(registry.claims(on: name) == [ofLower, ofHigher])
    }

    @Test("an update of a name that another replica had as unregistered does not bring it back")
    func updateOfAnEndedName() {
        var nodes = NodeScript.scripts("a", "b", "c")
        let first = nodes[0].put(name, token: 5)
        let second = nodes[1].put(name, token: 6, knowing: [first], cites: first.position)
        _ = nodes[1].update(second, metadata: ["n": "2"])
        nodes[0].remove(name)
        var registry = Registry.replica(of: nodes[2], hosts: nodes)
        registry.take(nodes[0])
        registry.take(nodes[1])
        #expect(registry.view[name] == nil)
        #expect(registry.endedClaims(of: nodes[1].node, limit: 10).map(\.name) == [name], "its host is to be told")
    }

    // MARK: Remove

    @Test("a remove by the host ends the name, here and elsewhere")
    func removeDominating() {
        var nodes = NodeScript.scripts("a", "b")
        let claim = nodes[0].put(name, token: 5)
        nodes[0].remove(name)
        for host in nodes {
            var registry = Registry.replica(of: host, hosts: nodes)
            registry.take(nodes[0])
            #expect(registry.view[name] == nil)
            #expect(registry.claims(on: name).isEmpty)
            #expect(registry.takeChanges() == [.appeared(claim), .ended(name: name)])
            #expect(registry.sequence(of: nodes[0].node) == 2)
        }
    }

    @Test("a remove of an unknown name changes nothing, and the log goes on")
    func removeUnknown() {
        var nodes = NodeScript.scripts("a", "b")
        nodes[0].remove(name)
        let other = nodes[0].put("other", token: 5)
        for host in nodes {
            var registry = Registry.replica(of: host, hosts: nodes)
            registry.take(nodes[0])
            #expect(registry.view[name] == nil)
            #expect(registry.view["other"] == other)
            #expect(registry.takeChanges() == [.appeared(other)])
        }
    }

    @Test("a remove ends every claim of its birth, those too that are still on the way", arguments: Arrival.allCases)
    func removeConcurrent(arrival: Arrival) {
        var nodes = NodeScript.scripts("a", "b")
        let first = nodes[0].put(name, token: 5)
        let second = nodes[1].put(name, token: 6, knowing: [first], cites: first.position)
        nodes[0].remove(name)
        let registry = observer(nodes[0], nodes[1], arrival)
        #expect(registry.view[name] == nil)
        #expect(registry.claims(on: name) == [second], "its host still runs it")
        #expect(registry.endedClaims(of: nodes[1].node, limit: 10) == [EndedClaim(name: name, birth: first.birth)])
        // At the host itself, too: it stops the worker and says so in its log.
        var host = Registry.replica(of: nodes[1], hosts: [nodes[0]])
        for script in arrival == .firstThenSecond ? nodes : nodes.reversed() { host.take(script) }
        #expect(host.view[name] == nil)
    }

    @Test(
        "a remove leaves a concurrent registration of the name alone, of which it did not know",
        arguments: Arrival.allCases)
    func removeOfAnotherBirth(arrival: Arrival) {
        var nodes = NodeScript.scripts("a", "b")
        _ = nodes[0].put(name, token: 5)
        nodes[0].remove(name)
        let other = nodes[1].put(name, token: 4)
        #expect(observer(nodes[0], nodes[1], arrival).view[name] == other)
    }

    @Test("a remove takes along the rivals that its host knew", arguments: Arrival.allCases)
    func removeWithRivals(arrival: Arrival) {
        var nodes = NodeScript.scripts("a", "b")
        let rival = nodes[1].put(name, token: 4)
        _ = nodes[0].put(name, token: 5)
        nodes[0].remove(name, alsoEnds: [rival.birth])
        #expect(observer(nodes[0], nodes[1], arrival).view[name] == nil)
        var host = Registry.replica(of: nodes[1], hosts: [nodes[0]])
        host.take(nodes[1])
        host.take(nodes[0])
        #expect(host.view[name] == nil)
    }

    @Test("a remove that the visible claim has outlived changes nothing: the name was registered again")
    func removeDominated() {
        var nodes = NodeScript.scripts("a", "b", "z")
        _ = nodes[0].put(name, token: 5)
        nodes[0].remove(name)
        let again = nodes[1].put(name, token: 9)
        var registry = Registry.replica(of: nodes[2], hosts: nodes)
        registry.take(nodes[1])
        _ = registry.takeChanges()
        registry.take(nodes[0])
        #expect(registry.view[name] == again)
        #expect(registry.takeChanges().isEmpty)
    }

    // MARK: Release

    @Test("the release of a move is applied after the successor's claim: the name never disappears")
    func releaseAfterTheSuccessor() {
        var nodes = NodeScript.scripts("a", "b", "z")
        let first = nodes[0].put(name, token: 5)
        let second = nodes[1].put(name, token: 6, knowing: [first], cites: first.position)
        nodes[0].release(name, to: second)
        var registry = Registry.replica(of: nodes[2], hosts: nodes)
        registry.take(nodes[0])
        #expect(registry.view[name] == first)
        #expect(registry.sequence(of: nodes[0].node) == 1)
        registry.take(nodes[1])
        #expect(registry.view[name] == second)
        #expect(registry.claims(on: name) == [second])
        #expect(registry.sequence(of: nodes[0].node) == 2)
    }

    // MARK: Parked

    @Test(
        "of concurrent claims one whose worker runs wins over one that waits for its worker",
        arguments: Arrival.allCases)
    func parkedAgainstRunning(arrival: Arrival) {
        var nodes = NodeScript.scripts("a", "b")
        let running = nodes[0].put(name, token: 5)
        let parked = nodes[1].put(name, token: 9, isParked: true)
        let registry = observer(nodes[0], nodes[1], arrival)
        #expect(registry.view[name] == running)
        #expect(registry.liveWinner(of: name) == running)
        #expect(registry.winner(of: name) == parked)
    }

    @Test(
        "the host of a move does not win over its successor, whose worker has failed since", arguments: Arrival.allCases
    )
    func parkedSuccessor(arrival: Arrival) {
        var nodes = NodeScript.scripts("a", "b")
        let first = nodes[0].put(name, token: 5)
        let moving = nodes[0].move(first, to: nodes[1].node, token: 6)
        let parked = nodes[1].put(name, token: 6, knowing: [moving], cites: moving.position, isParked: true)
        let registry = observer(nodes[0], nodes[1], arrival)
        #expect(registry.view[name] == nil)
        #expect(registry.liveWinner(of: name) == parked)
    }

    // MARK: Snapshots

    @Test("a claim that a snapshot brings is not taken for the one of an earlier life of the name, which had ended")
    func registeredAgainInASnapshot() {
        var nodes = NodeScript.scripts("a", "b", "z")
        let first = nodes[0].put(name, token: 5)
        let second = nodes[1].put(name, token: 6, knowing: [first], cites: first.position)
        nodes[1].remove(name)
        var registry = Registry.replica(of: nodes[2], hosts: [nodes[0], nodes[1]])
        registry.take(nodes[0])
        registry.take(nodes[1])
        #expect(registry.view[name] == nil)
        #expect(registry.endedClaims(of: nodes[0].node, limit: 9) == [EndedClaim(name: name, birth: first.birth)])
        nodes[0].release(name, to: second)
        let again = nodes[0].put(name, token: 7)
        let isInstalled = registry.install(nodes[0].snapshot(again))
        #expect(isInstalled)
        #expect(registry.view[name] == again)
        #expect(registry.endedClaims(of: nodes[0].node, limit: 9).isEmpty)
    }

    @Test("what a snapshot does not hold is gone")
    func goneWithASnapshot() {
        var nodes = NodeScript.scripts("a", "z")
        let stays = nodes[0].put("stays", token: 5)
        _ = nodes[0].put(name, token: 6)
        var registry = Registry.replica(of: nodes[1], hosts: [nodes[0]])
        registry.take(nodes[0])
        nodes[0].remove(name)
        let isInstalled = registry.install(nodes[0].snapshot(stays))
        #expect(isInstalled)
        #expect(registry.view[name] == nil && registry.claims(on: name).isEmpty)
        #expect(registry.logs[nodes[0].node]?.claims[name] == nil)
        #expect(registry.view["stays"] == stays)
    }

    @Test("a snapshot does not bring back a claim that had ended")
    func endedInASnapshot() {
        var nodes = NodeScript.scripts("a", "b", "z")
        let first = nodes[0].put(name, token: 5)
        _ = nodes[1].put(name, token: 6, knowing: [first], cites: first.position)
        nodes[1].remove(name)
        var registry = Registry.replica(of: nodes[2], hosts: [nodes[0], nodes[1]])
        registry.take(nodes[0])
        registry.take(nodes[1])
        let updated = nodes[0].update(first, metadata: ["k": "v"])
        let isInstalled = registry.install(nodes[0].snapshot(updated))
        #expect(isInstalled)
        #expect(registry.view[name] == nil)
        #expect(registry.endedClaims(of: nodes[0].node, limit: 9) == [EndedClaim(name: name, birth: first.birth)])
    }
}
