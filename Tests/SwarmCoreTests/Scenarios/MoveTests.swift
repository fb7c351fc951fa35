import HashTreeCollections
import SwarmCore
import Testing

/// Moves that meet trouble, or something else that happens to their name.
@Suite("Scenarios: moves")
struct MoveTests {
    private static let names = (0..<20).map { "w\($0)" }

    /// All on `nodes`, with totals of their own.
    private func loaded(_ nodes: [String]) -> TrackerCluster {
        var cluster = TrackerCluster.ready(nodes)
        for (index, name) in Self.names.enumerated() { cluster.register(name, total: UInt8(index + 1), at: nodes[0]) }
        return cluster
    }

    private func expectTotals(_ cluster: TrackerCluster) {
        for (index, name) in Self.names.enumerated() { #expect(cluster.total(of: name) == index + 1, "\(name)") }
    }

    /// Seed 110990: the host had heard of neither, offered the state again, and started the worker once more.
    @Test("an owner that passed a name on and left is not held for one that died without it")
    func ownerPassedItOnAndLeft() {
        var cluster = TrackerCluster.ready(["a"]) {
            $0.configure = {
                $0.logLimit = 2
                $0.replicaLogLimit = 2
            }
        }
        for (index, name) in Self.names.enumerated() { cluster.register(name, total: UInt8(index + 1), at: "a") }
        // The host hears nothing of the owner's log from the owner, and nothing of the log of who comes after it.
        cluster.loses = { message, from, to in
            guard to.name == "a" else { return false }
            return switch message {
            case .delta(let delta): from.name == "b" || delta.origin.name == "c"
            case .snapshot(let chunk): from.name == "b" || chunk.origin.name == "c"
            default: false
            }
        }
        cluster.start("b")
        let moved = cluster.run(seconds: 30) { c in
            c.allReady && Self.names.contains { c.hosts(of: $0) == ["b"] }
        }
        #expect(moved)
        cluster.start("c")
        #expect(cluster.run(seconds: 30) { $0.allReady })
        cluster.run(seconds: 5)
        cluster.feed(.drain(nil, timeout: 10_000_000), to: cluster.id("b"))
        #expect(cluster.run(seconds: 30) { $0.nodes["b"]?.halted != nil })
        cluster.kill("b")
        let passed = Self.names.indices.filter { cluster.hosts(of: Self.names[$0]) == ["c"] }
        #expect(!passed.isEmpty)
        for _ in 0..<100 {
            cluster.run(seconds: 0.1)
            for name in Self.names { #expect(cluster.hosts(of: name).count < 2, "\(name)") }
        }
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 60) { $0.isWell(Self.names) })
        for index in passed { #expect(cluster.total(of: Self.names[index]) == index + 1) }
    }

    enum Step: CaseIterable {
        case offer, offerAnswer, commit, commitAnswer, delta

        func matches(_ message: Message) -> Bool {
            switch (self, message) {
            case (.offer, .offer), (.offerAnswer, .offerAnswer), (.commit, .commit), (.commitAnswer, .commitAnswer),
                (.delta, .delta):
                true
            default: false
            }
        }
    }

    /// In Swarm for Elixir the state was sent once, and nobody asked whether it had come.
    @Test("a handoff of which one step is lost again and again brings the state all the same", arguments: Step.allCases)
    func lostHandoff(step: Step) {
        var cluster = loaded(["a"])
        var lost = 0
        // Each of the messages about three times; repairs are repeated more slowly.
        let limit = step == .delta ? 10 : 60
        cluster.loses = { message, _, _ in
            guard step.matches(message), lost < limit else { return false }
            lost += 1
            return true
        }
        cluster.start("b")
        #expect(cluster.run(seconds: 120) { $0.isWell(Self.names) && $0.nodes["b"]?.workers.isEmpty == false })
        cluster.run(seconds: 60)
        #expect(cluster.isWell(Self.names))
        #expect(lost > 0)
        expectTotals(cluster)
        // Nobody keeps anything of it.
        for node in ["a", "b"] { #expect(cluster[node].inspection().contains("\"outgoing\":0,\"incoming\":0")) }
    }

    /// There an owner that could not start the worker logged it, and the state was gone.
    @Test("an owner that cannot start the worker leaves it where it is, and gets it when it can")
    func ownerRefuses() {
        var cluster = loaded(["a"])
        for name in Self.names { cluster.refusing[name] = 3 }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { $0.count(.handoffsRefused, at: "a") > 0 })
        for name in Self.names { #expect(cluster.hosts(of: name) == ["a"]) }
        #expect(
            cluster.run(seconds: 200) { c in c.refusing.values.contains(0) && c.nodes["b"]?.workers.isEmpty == false })
        #expect(cluster.run(seconds: 60) { $0.isWell(counted: Self.names) })
    }

    /// Seed 206111: ten times a second, and each time it wrote so in its log.
    @Test("a node that drains asks one that refuses twice a second")
    func drainIsRefused() {
        var cluster = loaded(["a"])
        for name in Self.names { cluster.refusing[name] = 1_000 }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { $0["b"].isReady })
        let before = cluster.count(.handoffsRefused, at: "a")
        cluster.feed(.drain(nil, timeout: 20_000_000), to: cluster.id("a"))
        cluster.run(seconds: 5)
        let refused = cluster.count(.handoffsRefused, at: "a") - before
        #expect(refused > 5 * Self.names.count && refused < 12 * Self.names.count)
        for name in Self.names { cluster.refusing[name] = 0 }
        #expect(cluster.run(seconds: 10) { $0.nodes["a"]?.halted != nil })
        cluster.kill("a")
        expectTotals(cluster)
    }

    @Test("a prepared owner whose host dies hours after the abort does not go on with what it was offered")
    func hostDiesLongAfterTheAbort() {
        var cluster = loaded(["a", "c"])
        let host = cluster.id("a")
        // The owner hears neither the abort nor the log that has it, from nobody.
        cluster.loses = { message, from, to in
            switch message {
            case .offerAnswer: return from.name == "b" && to == host
            case .abort: return to.name == "b"
            case .delta(let delta):
                return to.name == "b" && delta.origin == host && delta.operations.contains(where: \.isSettled)
            default: return false
            }
        }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { $0.nodes["b"]?.workers.values.contains { $0.phase == .prepared } ?? false })
        let prepared = cluster.nodes["b"]?.workers.values.filter { $0.phase == .prepared }.map(\.name) ?? []
        let names = prepared.filter { cluster.hosts(of: $0) == ["a"] }.sorted()
        #expect(!names.isEmpty)
        cluster.pinned = Set(Self.names)
        #expect(cluster.run(seconds: 60) { c in names.allSatisfy { c["a"].view[$0]?.move == nil } })
        for name in names { #expect(cluster.add(100, to: name, at: "c") != nil) }
        cluster.run(seconds: 2 * 3_600)
        cluster.kill("a")
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run { $0.isWell(Self.names) })
        cluster.run(seconds: 30)
        #expect(cluster.isWell(Self.names))
        // Started again without state, as after any crash: not with the state of hours ago.
        for name in names { #expect(cluster.total(of: name) == 0, "\(name)") }
    }

    @Test("an unregister that meets a committed move ends the name wherever it is asked", arguments: ["a", "b"])
    func unregisterMeetsCommit(asker: String) {
        var cluster = loaded(["a"])
        cluster.loses = { message, _, _ in if case .commit = message { true } else { false } }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { $0.count(.handoffsCommitted, at: "a") > 0 })
        cluster.run(seconds: 0.1)
        let moving = cluster["a"].view.claims.values.filter { $0.move != nil }.map(\.name).sorted()
        #expect(!moving.isEmpty)
        let requests = moving.map { cluster.request(.unregister(name: $0), at: asker, timeout: 60_000_000) }
        cluster.run(seconds: 3)
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 60) { c in requests.allSatisfy { c.nodes[asker]?.results[$0] != nil } })
        for request in requests { #expect(cluster.nodes[asker]?.results[request]?.isSuccess == true) }
        cluster.run(seconds: 20)
        for name in moving { #expect(cluster.isGone(name), "\(name)") }
        #expect(cluster.isWell(Self.names.filter { !moving.contains($0) }))
    }

    @Test("a join to a group in the middle of a move goes along", arguments: ["a", "b"])
    func joinDuringMove(asker: String) {
        var cluster = loaded(["a"])
        cluster.loses = { message, _, _ in if case .offerAnswer = message { true } else { false } }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { $0.nodes["b"]?.workers.isEmpty == false })
        let moving = cluster["a"].view.claims.values.filter { $0.move != nil }.map(\.name).sorted()
        #expect(!moving.isEmpty)
        let requests = moving.map { cluster.request(.join(name: $0, group: "g.\($0)"), at: asker, timeout: 60_000_000) }
        cluster.run(seconds: 0.5)
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 60) { c in requests.allSatisfy { c.nodes[asker]?.results[$0] != nil } })
        for request in requests { #expect(cluster.nodes[asker]?.results[request]?.isSuccess == true) }
        #expect(
            cluster.run(seconds: 60) { c in c.isWell(Self.names) && moving.allSatisfy { c.hosts(of: $0) == ["b"] } })
        for name in moving {
            #expect(cluster["a"].view[name]?.groups == ["g.\(name)"])
            #expect(cluster.nodes["b"]?.bound.contains("g.\(name)") == true)
            #expect(cluster.nodes["a"]?.bound.contains("g.\(name)") == false)
        }
        expectTotals(cluster)
    }
}

extension Operation {
    fileprivate var isSettled: Bool {
        if case .settled = self { return true }
        return false
    }
}
