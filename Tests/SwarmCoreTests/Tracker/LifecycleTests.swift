import HashTreeCollections
import SwarmCore
import Testing

@Suite("Trackers: start, register, crash, leave, split")
struct LifecycleTests {
    private func cluster(_ names: [String]) -> TrackerCluster {
        var cluster = TrackerCluster()
        cluster.start(names)
        #expect(cluster.run { c in c.allReady && names.allSatisfy { c[$0].memberSummaries.count == names.count } })
        cluster.run(seconds: 2)
        return cluster
    }

    @Test("a single node becomes ready and registers")
    func single() {
        var cluster = cluster(["a"])
        guard case .success(.written(let summary, _)) = cluster.register("x", at: "a") else {
            Issue.record("not registered")
            return
        }
        #expect(summary.node == cluster.id("a"))
        #expect(cluster["a"].view["x"]?.host == cluster.id("a"))
    }

    @Test("nodes that start at once become ready and see each other", arguments: [2, 3, 5, 8])
    func simultaneousStart(count: Int) {
        let names = (0..<count).map { "n\($0)" }
        let cluster = cluster(names)
        for name in names { #expect(cluster[name].memberSummaries.count == count) }
        let universes = Set(names.map { cluster[$0].inspection().contains("\"universe\":1") })
        #expect(universes == [true])
    }

    @Test("a name is registered at its owner, seen by all, answered from anywhere")
    func registerAndCall() {
        var cluster = cluster(["a", "b", "c"])
        for index in 0..<30 {
            guard case .success = cluster.register("w\(index)", at: ["a", "b", "c"][index % 3]) else {
                Issue.record("w\(index) not registered")
                return
            }
        }
        #expect(cluster.run(seconds: 5) { $0.agree && $0["a"].view.claims.count == 30 })
        #expect(Set((0..<30).flatMap { cluster.hosts(of: "w\($0)") }) == ["a", "b", "c"])
        #expect(cluster.add(3, to: "w1", at: "a") == 3)
        #expect(cluster.add(4, to: "w1", at: "b") == 7)
        #expect(cluster.add(5, to: "w1", at: "c") == 12)
    }

    @Test("a second registration is refused with the holder; a retry of the same request is not")
    func alreadyRegistered() {
        var cluster = cluster(["a", "b"])
        _ = cluster.register("x", at: "a")
        guard case .failure(let failure) = cluster.register("x", at: "b") else {
            Issue.record("registered twice")
            return
        }
        #expect(failure.code == .alreadyRegistered)
        #expect(failure.holder?.name == "x")
    }

    @Test("unregister ends the name everywhere; a second one finds nothing")
    func unregister() {
        var cluster = cluster(["a", "b", "c"])
        _ = cluster.register("x", at: "a")
        guard case .success = cluster.ask(.unregister(name: "x"), at: "b") else {
            Issue.record("not unregistered")
            return
        }
        #expect(cluster.run(seconds: 5) { c in c.up.allSatisfy { c[$0].view["x"] == nil } })
        #expect(cluster.hosts(of: "x").isEmpty)
        guard case .failure(let failure) = cluster.ask(.unregister(name: "x"), at: "c") else {
            Issue.record("unregistered twice")
            return
        }
        #expect(failure.code == .notFound)
    }

    @Test("the names of a killed node are started again by their owners")
    func crash() {
        var cluster = cluster(["a", "b", "c"])
        for index in 0..<60 { _ = cluster.register("w\(index)", at: "a") }
        let lost = (0..<60).filter { cluster.hosts(of: "w\($0)") == ["b"] }
        #expect(!lost.isEmpty)
        cluster.kill("b")
        let isBack = cluster.run(seconds: 20) { c in
            c.agree && c["a"].view.claims.count == 60 && (0..<60).allSatisfy { c.hosts(of: "w\($0)").count == 1 }
        }
        #expect(isBack)
        #expect(cluster["a"].memberSummaries.count == 2)
    }

    @Test("a node that joins gets its share, with the state")
    func join() {
        var cluster = cluster(["a", "b"])
        for index in 0..<40 {
            _ = cluster.register("w\(index)", at: "a")
            _ = cluster.add(UInt8(index + 1), to: "w\(index)", at: "b")
        }
        cluster.start("c")
        let moved = cluster.run(seconds: 30) { c in
            c.allReady && c.agree && !c.hosts(of: "w0").isEmpty
                && c["a"].view.claims.values.contains { $0.host == c.id("c") && $0.move == nil }
                && c.up.allSatisfy { c[$0].inspection().contains("\"outgoing\":0,\"incoming\":0") }
        }
        #expect(moved)
        cluster.run(seconds: 5)
        for index in 0..<40 {
            #expect(cluster.hosts(of: "w\(index)").count == 1)
            #expect(cluster.total(of: "w\(index)") == index + 1)
        }
        #expect((0..<40).contains { cluster.hosts(of: "w\($0)") == ["c"] })
    }

    @Test("a draining node hands everything over and leaves")
    func drain() {
        var cluster = cluster(["a", "b", "c"])
        for index in 0..<40 {
            _ = cluster.register("w\(index)", at: "a")
            _ = cluster.add(UInt8(index + 1), to: "w\(index)", at: "b")
        }
        cluster.feed(.drain(nil, timeout: 20_000_000), to: cluster.id("b"))
        #expect(cluster.run(seconds: 20) { $0.nodes["b"]?.halted != nil })
        cluster.kill("b")
        #expect(cluster.run(seconds: 5) { $0.agree && $0["a"].view.claims.count == 40 })
        for index in 0..<40 {
            #expect(cluster.hosts(of: "w\(index)").count == 1)
            #expect(cluster.total(of: "w\(index)") == index + 1)
        }
    }

    @Test("after a healed split each name runs once, and views agree")
    func split() {
        var cluster = cluster(["a", "b", "c", "d"])
        for index in 0..<40 {
            _ = cluster.register("w\(index)", at: "a")
            _ = cluster.add(UInt8(index + 1), to: "w\(index)", at: "b")
        }
        cluster.cut(["a", "b"], from: ["c", "d"])
        let parted = cluster.run(seconds: 60) { c in
            c["a"].memberSummaries.count == 2 && c["c"].memberSummaries.count == 2
                && c["a"].view.claims.count == 40 && c["c"].view.claims.count == 40
        }
        #expect(parted)
        cluster.heal()
        let healed = cluster.run(seconds: 60) { c in
            c.allReady && c.agree && c.up.allSatisfy { c[$0].memberSummaries.count == 4 }
                && (0..<40).allSatisfy { c.hosts(of: "w\($0)").count == 1 }
        }
        #expect(healed)
        cluster.run(seconds: 20)
        for index in 0..<40 { #expect(cluster.total(of: "w\(index)") == index + 1) }
    }

    @Test("an unregistered name does not come back with a node that still runs it")
    func unregisteredDuringSplit() {
        var cluster = cluster(["a", "b", "c"])
        for index in 0..<30 { _ = cluster.register("w\(index)", at: "a") }
        cluster.cut(["a", "b"], from: ["c"])
        #expect(cluster.run(seconds: 60) { $0["a"].memberSummaries.count == 2 && $0["a"].view.claims.count == 30 })
        for index in 0..<30 {
            guard case .success = cluster.ask(.unregister(name: "w\(index)"), at: "b") else {
                Issue.record("w\(index) not unregistered")
                return
            }
        }
        cluster.heal()
        #expect(
            cluster.run(seconds: 60) { c in
                c.agree && c["a"].view.claims.isEmpty && c.up.allSatisfy { c[$0].memberSummaries.count == 3 }
            })
        for index in 0..<30 { #expect(cluster.hosts(of: "w\(index)").isEmpty) }
    }
}
