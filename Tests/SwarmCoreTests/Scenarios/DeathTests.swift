import HashTreeCollections
import SwarmCore
import Testing

/// Nodes that die, or are taken for dead, at a bad moment.
@Suite("Scenarios: deaths")
struct DeathTests {
    @Test("a host that dies right after it acknowledged takes no name with it", arguments: ["a", "b"])
    func deathAfterAcknowledgement(asker: String) {
        for round in 0..<10 {
            var cluster = TrackerCluster.ready(["a", "b", "c"])
            let name = cluster.names(ownedBy: "b", count: round + 1)[round]
            // What it says of its log is lost at first: it may not acknowledge what nobody else has.
            let host = cluster.id("b")
            var lost = 0
            cluster.loses = { message, from, _ in
                guard case .delta = message, from == host, lost < 6 else { return false }
                lost += 1
                return true
            }
            let request = cluster.request(
                .register(RegistrationOrder(name: name, kind: "counter", groups: ["g"])), at: asker)
            #expect(cluster.run(seconds: 10) { $0.nodes[asker]?.results[request] != nil })
            #expect(cluster.nodes[asker]?.results[request]?.isSuccess == true)
            #expect(cluster.hosts(of: name) == ["b"] && lost == 6)
            cluster.kill("b")
            #expect(cluster.run { $0.isWell([name]) })
            #expect(cluster["c"].view[name]?.groups == ["g"])
        }
    }

    /// In Swarm for Elixir nobody restarted a name if its next owner had not heard of the registration yet.
    @Test("names are started again by an owner that had never heard of them", arguments: ["a", "c"])
    func ownerWithoutTheRegistration(deaf: String) {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        let dead = cluster.id("b")
        let names = cluster.names(ownedBy: "b", count: 20)
        cluster.loses = { message, _, to in
            guard case .delta(let delta) = message else { return false }
            return delta.origin == dead && to.name == deaf
        }
        let other = deaf == "a" ? "c" : "a"
        for name in names { #expect(cluster.register(name, at: other).isSuccess) }
        #expect(cluster[deaf].registry.sequence(of: dead) == 0)
        cluster.kill("b")
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 15) { $0.isWell(names) })
        #expect(names.contains { cluster.hosts(of: $0) == [deaf] })
    }

    @Test("an orphan is not started before it is known what the others have of the dead node's log")
    func reportComesLate() {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        let name = cluster.register(count: 1, ownedBy: "b")[0]
        cluster.run(seconds: 2)
        let dead = cluster.id("b")
        // The next owner lacks the last that the node wrote, and is told late who has it.
        let members = ["a", "c"]
        let pair = TrackerCluster.ready(members)
        let owner = pair.names(ownedBy: "a", count: 1_000).contains(name) ? "a" : "c"
        let other = owner == "a" ? "c" : "a"
        cluster.loses = { message, _, to in
            guard to.name == owner else { return false }
            return switch message {
            case .delta(let delta): delta.origin == dead
            case .report: true
            default: false
            }
        }
        #expect(cluster.ask(.join(name: name, group: "g"), at: other).isSuccess)
        cluster.kill("b")
        #expect(cluster.run(seconds: 30) { $0[owner].memberSummaries.count == 2 })
        cluster.run(seconds: 1.5)
        #expect(cluster.hosts(of: name).isEmpty)
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 30) { $0.isWell([name]) })
        #expect(cluster.hosts(of: name) == [owner] && cluster[other].view[name]?.groups == ["g"])
    }

    /// Seed 128787: the log came with a node that had been away; its origin had long been buried, and nobody looked again.
    @Test("a dead node's names are started whenever its log turns up")
    func logTurnsUpLate() {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        cluster.run(seconds: 30)
        var dead = NodeScript.scripts("x")[0]
        let names = (0..<20).map { "late\($0)" }
        for (index, name) in names.enumerated() { _ = dead.put(name, token: UInt64(index + 1)) }
        let sender = Sender(node: cluster.id("b"), life: 0)
        cluster.feed(.received(.delta(dead.delta()), from: sender), to: cluster.id("c"))
        #expect(cluster.run(seconds: 60) { $0.isWell(names) })
    }

    @Test("a dead node's name that nobody has started again yet is not registered anew")
    func registerBesideAnOrphan() {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        let name = cluster.register(count: 1, ownedBy: "b")[0]
        let birth = cluster["a"].view[name]?.birth
        // Until they give up waiting for each other's reports, nobody starts it.
        cluster.loses = { message, _, _ in if case .report = message { true } else { false } }
        cluster.kill("b")
        #expect(cluster.run(seconds: 20) { c in ["a", "c"].allSatisfy { c[$0].memberSummaries.count == 2 } })
        #expect(cluster["a"].view[name] == nil && cluster.hosts(of: name).isEmpty)
        guard case .failure(let failure) = cluster.register(name, at: "a") else {
            Issue.record("registered beside the one that is to be started again")
            return
        }
        #expect(failure.code == .alreadyRegistered)
        #expect(cluster["a"].view[name]?.birth == birth)
    }

    /// Seed 69134: two members restarted a name, the owner before a node had joined and the one after.
    @Test("an orphan whose start takes long is left to its new owner when the ring changes")
    func ownerChangesWhileAnOrphanStarts() {
        var cluster = TrackerCluster.ready(["a", "b"])
        let names = cluster.names(ownedBy: "b", count: 20)
        for name in names { #expect(cluster.register(name, at: "a").isSuccess) }
        cluster.startDelay = 4_000_000
        cluster.kill("b")
        #expect(cluster.run(seconds: 20) { ($0.nodes["a"]?.workers.count ?? 0) > 0 })
        cluster.start("c")
        let isOver = cluster.run(seconds: 60) { c in
            for name in names {
                let hosts = c.hosts(of: name)
                #expect(hosts.count < 2, "\(name) runs on \(hosts)")
            }
            return c.isWell(names)
        }
        #expect(isOver)
        #expect(cluster.nodes["c"]?.counts[.restarts] ?? 0 > 0)
        #expect(cluster.nodes["c"]?.counts[.conflicts] == nil && cluster.nodes["a"]?.counts[.conflicts] == nil)
    }

    @Test("a node that dies together with all that watch it is found dead")
    func monitorsDieWithTheirSubject() {
        let all = (0..<9).map { "n\($0)" }
        for first in [0, 3, 7] {
            var cluster = TrackerCluster.ready(all) {
                $0.configure = {
                    $0.fullMeshLimit = 4
                    $0.monitors = 2
                }
            }
            let names = (0..<40).map { "w\($0)" }
            for name in names { #expect(cluster.register(name, at: "n6").isSuccess) }
            #expect(cluster.nodes["n6"]?.watched?.count ?? 9 <= 3)
            // Each watches the two that follow it.
            for offset in 0..<3 { cluster.kill(all[(first + offset) % 9]) }
            #expect(cluster.run(seconds: 120) { $0.isWell(names) && $0.up.count == 6 }, "from n\(first) on")
        }
    }

    @Test("a node that wakes from a long stall and finds itself buried keeps its states and runs nothing twice")
    func longStall() {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        let names = (0..<30).map { "w\($0)" }
        for (index, name) in names.enumerated() { cluster.register(name, total: UInt8(index + 1), at: "a") }
        let slept = names.filter { cluster.hosts(of: $0) == ["b"] }
        #expect(!slept.isEmpty)
        cluster.stall("b")
        #expect(
            cluster.run { c in
                c["a"].memberSummaries.count == 2 && c["c"].memberSummaries.count == 2
                    && slept.allSatisfy { c.hosts(of: $0).count == 2 }
            })
        cluster.run(seconds: 3_600)
        cluster.wake("b")
        #expect(cluster.run { $0.isWell(names) })
        cluster.run(seconds: 30)
        #expect(cluster.isWell(names))
        #expect(cluster.nodes["b"]?.life == 1)
        #expect(cluster.count(.returns, at: "b") == 1)
        for (index, name) in names.enumerated() { #expect(cluster.total(of: name) == index + 1) }
    }
}
