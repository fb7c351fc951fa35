import SwarmCore
import Testing

/// Claims that meet another registration of their name at a bad moment.
@Suite("Scenarios: rivals")
struct RivalTests {
    /// The node `a` alone, and a name that `b` will own when it is back.
    private func withoutOwner() -> (cluster: TrackerCluster, name: String) {
        var cluster = TrackerCluster.ready(["a", "b"])
        let name = cluster.names(ownedBy: "b", count: 1)[0]
        cluster.kill("b")
        #expect(cluster.run(seconds: 20) { $0["a"].memberSummaries.count == 1 })
        return (cluster, name)
    }

    /// Seed 67514: the host waited for ever for a claim that had come and gone, and kept its group bound.
    @Test("a host releases a name that its successor lost to another registration before the host heard of either")
    func passedOnUnseen() throws {
        var (cluster, name) = withoutOwner()
        #expect(cluster.register(name, at: "a", groups: ["g"]).isSuccess)
        // The host hears that the commit is done, and nothing of the owner's log.
        cluster.loses = { message, from, to in
            guard from.name == "b", to.name == "a" else { return false }
            switch message {
            case .delta, .snapshot: return true
            default: return false
            }
        }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { $0["b"].registry.ownClaim(name) != nil })
        cluster.run(seconds: 5)
        let host = try #require(cluster["a"].registry.ownClaim(name))
        let owner = try #require(cluster["b"].registry.ownClaim(name))
        #expect(host.move?.to == cluster.id("b"))
        // All of it comes at once.
        var rivals = NodeScript.scripts("c")
        let rival = rivals[0].put(name, token: host.token.clock * 2)
        let log = Delta(
            origin: owner.host, first: owner.sequence,
            operations: [
                .put(owner, cites: LogPosition(origin: host.host, sequence: host.sequence)),
                .release(name: name, successor: rival.position),
            ])
        let sender = Sender(node: owner.host, life: 0)
        cluster.feed(.received(.delta(rivals[0].delta()), from: sender), to: host.host)
        cluster.feed(.received(.delta(log), from: sender), to: host.host)
        #expect(cluster["a"].registry.sequence(of: owner.host) == owner.sequence + 1)
        #expect(cluster.run(seconds: 10) { $0["a"].registry.ownClaim(name) == nil })
        #expect(cluster.nodes["a"]?.bound.contains("g") == false)
    }

    @Test("a worker whose name was taken while it started is given up")
    func takenWhileItStarts() throws {
        var cluster = TrackerCluster.ready(["a", "b"])
        let name = cluster.names(ownedBy: "a", count: 1)[0]
        let other = cluster.register(count: 1, ownedBy: "b")[0]
        let model = try #require(cluster["b"].registry.ownClaim(other))
        cluster.startDelay = 1_000_000
        let order = RegistrationOrder(name: name, kind: "counter", groups: [])
        let request = cluster.request(.register(order), at: "a")
        #expect(cluster.nodes["a"]?.workers.values.contains { $0.name == name } == true)
        let rival = model.at(cluster.id("b"), sequence: cluster["b"].registry.own.sequence + 1, name: name)
        let put = Delta(origin: rival.host, first: rival.sequence, operations: [.put(rival, cites: nil)])
        cluster.feed(.received(.delta(put), from: Sender(node: rival.host, life: 0)), to: cluster.id("a"))
        #expect(cluster.run(seconds: 5) { $0.nodes["a"]?.results[request] != nil })
        guard case .failure(let failure)? = cluster.nodes["a"]?.results[request] else {
            Issue.record("registered beside \(rival)")
            return
        }
        #expect(failure.code == .alreadyRegistered)
        #expect(cluster["a"].registry.ownClaim(name) == nil)
    }

    /// Seed 906103: the first node that was asked had registered it, when the asker was the owner already.
    @Test("a registration that another node has made for the same request is its answer")
    func registeredElsewhereForTheSameRequest() throws {
        var cluster = TrackerCluster.ready(["a", "b"])
        let name = cluster.names(ownedBy: "a", count: 1)[0]
        cluster.startDelay = 1_000_000
        let order = RegistrationOrder(name: name, kind: "counter", groups: [])
        let request = cluster.request(.register(order), at: "a")
        #expect(cluster.nodes["a"]?.workers.values.contains { $0.name == name } == true)
        let position = LogPosition(origin: cluster.id("b"), sequence: cluster["b"].registry.own.sequence + 1)
        var stamps = NodeScript.scripts("x")
        let done = Claim(
            name: name, host: position.origin, workerID: 1, sequence: position.sequence, kind: "counter", arguments: [],
            groups: [], metadata: [:], stamp: stamps[0].put(name, token: 1).stamp,
            token: Token(clock: TrackerCluster.wall, node: position.origin), birth: position,
            request: RequestID(node: cluster.id("a"), number: request))
        let put = Delta(origin: position.origin, first: position.sequence, operations: [.put(done, cites: nil)])
        cluster.feed(.received(.delta(put), from: Sender(node: position.origin, life: 0)), to: cluster.id("a"))
        #expect(cluster.run(seconds: 5) { $0.nodes["a"]?.results[request] != nil })
        #expect(cluster.nodes["a"]?.results[request]?.isSuccess == true)
    }

    @Test("an unregister ends the rivals of the registration, too, whose hosts have not given way yet")
    func unregisterWithRivals() {
        var cluster = TrackerCluster.ready(["a", "b"])
        cluster.cut(["a"], from: ["b"])
        #expect(cluster.run(seconds: 30) { c in ["a", "b"].allSatisfy { c[$0].memberSummaries.count == 1 } })
        cluster.run(seconds: 10)
        let names = (0..<10).map { "w\($0)" }
        for name in names { for node in ["a", "b"] { #expect(cluster.register(name, at: node).isSuccess) } }
        // They meet, and none of them can give its state to the other.
        cluster.loses = { message, _, _ in if case .offerAnswer = message { true } else { false } }
        cluster.heal()
        #expect(cluster.run(seconds: 30) { $0.allReady && $0.agree && $0["a"].memberSummaries.count == 2 })
        for name in names { #expect(cluster.ask(.unregister(name: name), at: "a").isSuccess) }
        #expect(cluster.run(seconds: 10) { c in names.allSatisfy(c.isGone) })
    }

    /// Seed 110795: it began with the token that it was offered, and got a higher one right after that.
    /// Seed 243705: storage had seen it, and would have refused the worker that was left.
    @Test("a worker is above the token of a rival that was unregistered before it was heard of")
    func tokenAboveAnEndedRival() {
        var cluster = TrackerCluster.ready(["a", "b"])
        let name = cluster.register(count: 1, ownedBy: "a")[0]
        var rival = NodeScript.scripts("x")[0]
        let ended = rival.put(name, token: TrackerCluster.wall + cluster.now + 60_000_000)
        rival.remove(name)
        let sender = Sender(node: cluster.id("b"), life: 0)
        cluster.feed(.received(.delta(rival.delta()), from: sender), to: cluster.id("a"))
        cluster.run(seconds: 1)
        let worker = cluster.nodes["a"]?.workers.values.first { $0.name == name }
        #expect(worker.map { $0.token > ended.token } == true)
        #expect(cluster.agree && cluster["b"].view[name]?.token == worker?.token)
    }

    @Test("a worker that takes a state over begins above the token of a dead rival")
    func tokenAboveADeadRival() throws {
        var (cluster, name) = withoutOwner()
        cluster.register(name, total: 7, at: "a")
        cluster.loses = { message, _, _ in if case .offerAnswer = message { true } else { false } }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { $0["a"].registry.ownClaim(name)?.move != nil })
        // Of a node that nobody counts any more.
        var rivals = NodeScript.scripts("z")
        let rival = rivals[0].put(name, token: (cluster["a"].view[name]?.token.clock ?? 0) * 2)
        let sender = Sender(node: cluster.id("a"), life: 0)
        cluster.feed(.received(.delta(rivals[0].delta()), from: sender), to: cluster.id("b"))
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 20) { $0.hosts(of: name) == ["b"] && $0.total(of: name) == 7 })
        let worker = try #require(cluster.nodes["b"]?.workers.values.first { $0.name == name })
        #expect(try #require(worker.activatedWith) > rival.token)
        #expect(cluster.run(seconds: 5) { $0["a"].registry.ownClaim(name) == nil })
    }

    /// Seed 67635: the name stayed taken, and nobody ran it.
    @Test("a failed worker is started again when the rival is gone that came while it was being started")
    func rivalThatGoesAway() throws {
        var cluster = TrackerCluster.ready(["a", "b"])
        let name = cluster.register(count: 1, ownedBy: "a")[0]
        let claim = try #require(cluster["a"].registry.ownClaim(name))
        cluster.startDelay = 1_000_000
        cluster.fail(claim.workerID, at: "a")
        #expect(cluster.run(seconds: 1) { $0["a"].registry.ownClaim(name)?.isParked == true })
        #expect(cluster.run(seconds: 1) { $0.nodes["a"]?.workers.values.contains { $0.name == name } == true })
        // While the worker starts, a claim of b comes; after that it goes.
        let rival = claim.at(cluster.id("b"), sequence: cluster["b"].registry.own.sequence + 1)
        let sender = Sender(node: rival.host, life: 0)
        let put = Delta(origin: rival.host, first: rival.sequence, operations: [.put(rival, cites: nil)])
        cluster.feed(.received(.delta(put), from: sender), to: claim.host)
        #expect(cluster.run(seconds: 5) { $0.nodes["a"]?.workers.values.contains { $0.name == name } == false })
        let removal = Delta(
            origin: rival.host, first: rival.sequence + 1, operations: [.remove(name: name, alsoEnds: [])])
        cluster.feed(.received(.delta(removal), from: sender), to: claim.host)
        #expect(cluster.run(seconds: 10) { $0["a"].view[name]?.host == claim.host })
    }
}

extension Claim {
    /// Another node's running claim of a registration of its own, with a lower token.
    func at(_ host: NodeID, sequence: UInt64, name other: String? = nil) -> Claim {
        Claim(
            name: other ?? name, host: host, workerID: 1, sequence: sequence, kind: kind, arguments: arguments,
            groups: groups,
            metadata: metadata, stamp: stamp, token: Token(clock: token.clock - 1, node: host),
            birth: LogPosition(origin: host, sequence: sequence), request: RequestID(node: host, number: 1 << 40))
    }
}
