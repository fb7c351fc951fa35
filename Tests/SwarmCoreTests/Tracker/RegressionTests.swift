import HashTreeCollections
import SwarmCore
import Testing

/// Each of these was a mistake of the protocol once.
@Suite("Trackers: mistakes that are not made again")
struct RegressionTests {
    @Test("a write at its own host is carried out once and answered once, however late the acknowledgement")
    func answeredTwice() {
        var cluster = TrackerCluster.ready(["a", "b"])
        let name = cluster.register(count: 1, ownedBy: "a")[0]
        var lost = 0
        cluster.loses = { message, _, _ in
            guard case .acknowledged = message, lost < 3 else { return false }
            lost += 1
            return true
        }
        let request = cluster.request(.join(name: name, group: "g"), at: "a")
        #expect(cluster.run(seconds: 20) { $0.nodes["a"]?.results[request] != nil })
        cluster.run(seconds: 10)
        #expect(lost == 3)
        #expect(cluster.nodes["a"]?.returned[request] == 1)
    }

    @Test("a joiner that pulls snapshots takes no moved name for unregistered")
    func snapshotBreaksAbsence() {
        var cluster = TrackerCluster.ready(["a", "b"]) {
            $0.configure = {
                $0.logLimit = 4
                $0.replicaLogLimit = 4
            }
        }
        for index in 0..<30 { _ = cluster.register("w\(index)", at: "a") }
        for name in ["c", "d", "e", "f"] {
            cluster.start(name)
            #expect(cluster.run(seconds: 40) { c in c.allReady && c.agree && c["a"].view.claims.count == 30 })
            cluster.run(seconds: 10)
            #expect(cluster.agree)
            for node in cluster.up {
                #expect(cluster[node].view.claims.count == 30, "after \(name) joined, at \(node)")
            }
        }
        for index in 0..<30 { #expect(cluster.hosts(of: "w\(index)").count == 1) }
    }

    @Test("a worker that was busy is asked again")
    func busyPinsForEver() {
        var cluster = TrackerCluster.ready(["a"])
        for index in 0..<20 {
            _ = cluster.register("w\(index)", at: "a")
            cluster.busy["w\(index)"] = 3
        }
        cluster.start("b")
        let moved = cluster.run(seconds: 60) { c in
            c.allReady && (0..<20).contains { c.hosts(of: "w\($0)") == ["b"] } && c.busy.values.contains(0)
        }
        #expect(moved)
    }

    @Test("one monitor's vote does not make a healthy node return")
    func oneVote() {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        cluster.loses = { message, from, to in
            if case .heartbeat = message { return from.name == "a" && to.name == "b" }
            return false
        }
        cluster.run(seconds: 60)
        #expect(cluster.nodes["a"]?.life == 0)
        #expect(cluster["c"].memberSummaries.count == 3)
    }

    @Test("a quorum is not granted by a stall")
    func quorumAfterStall() {
        var cluster = TrackerCluster.ready(["a", "b", "c"]) { $0.strategy = .staticQuorum(2) }
        for index in 0..<20 { _ = cluster.register("w\(index)", at: "a") }
        cluster.stall("a")
        #expect(
            cluster.run(seconds: 60) { c in
                c["b"].memberSummaries.count == 2 && c["b"].view.claims.count == 20 && c["c"].view.claims.count == 20
            })
        cluster.nodes["a"].map { node in #expect(node.lease.map { $0 < cluster.now } ?? false) }
        cluster.wake("a")
        cluster.run(seconds: 0.05)
        // Awake, and nobody heard yet: what ran here is stopped, not resumed by a new lease.
        #expect(cluster.nodes["a"]?.lease.map { $0 <= cluster.now } ?? false)
        #expect(cluster.nodes["a"]?.workers.isEmpty == true)
        #expect(
            cluster.run(seconds: 60) { c in
                c.allReady && c.agree && (0..<20).allSatisfy { c.hosts(of: "w\($0)").count == 1 }
            })
    }

    @Test("two of three nodes short of the quorum refuse to register, at once")
    func noQuorum() {
        var cluster = TrackerCluster.ready(["a", "b"]) { $0.strategy = .staticQuorum(3) }
        guard case .failure(let failure) = cluster.register("x", at: "a") else {
            Issue.record("registered without quorum")
            return
        }
        #expect(failure.code == .noQuorum)
    }

    @Test("a client of a cluster with a quorum registers")
    func clientWithQuorum() {
        var cluster = TrackerCluster.ready(["a", "b"]) { $0.strategy = .staticQuorum(2) }
        cluster.start("z", kinds: [], isClient: true)
        #expect(cluster.run(seconds: 20) { $0.allReady })
        guard case .success = cluster.register("x", at: "z") else {
            Issue.record("not registered")
            return
        }
        #expect(cluster.hosts(of: "x").count == 1)
    }

    @Test("an unregister whose answer was lost is not a name that was never there")
    func unregisterAnswerLost() {
        var cluster = TrackerCluster.ready(["a", "b"])
        let remote = cluster.register(count: 1, ownedBy: "b")[0]
        var lost = 0
        cluster.loses = { message, _, _ in
            guard case .reply = message, lost == 0 else { return false }
            lost += 1
            return true
        }
        guard case .success = cluster.ask(.unregister(name: remote), at: "a") else {
            Issue.record("reported as failed")
            return
        }
        #expect(lost == 1)
    }

    @Test("an owner that dies before the commit leaves the worker where it was")
    func ownerDiesBeforeCommit() {
        var cluster = TrackerCluster.ready(["a"])
        for index in 0..<20 {
            _ = cluster.register("w\(index)", at: "a")
            _ = cluster.add(UInt8(index + 1), to: "w\(index)", at: "a")
        }
        cluster.loses = { message, _, _ in if case .offerAnswer = message { true } else { false } }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { ($0.nodes["b"]?.workers.count ?? 0) > 0 })
        cluster.kill("b")
        #expect(
            cluster.run(seconds: 60) { c in
                c["a"].memberSummaries.count == 1 && (0..<20).allSatisfy { c.total(of: "w\($0)") == $0 + 1 }
            })
        for index in 0..<20 { #expect(cluster["a"].view["w\(index)"]?.move == nil) }
    }

    @Test("an owner that dies right after the commit: the kept state comes back")
    func ownerDiesAfterCommit() {
        var cluster = TrackerCluster.ready(["a"])
        for index in 0..<20 {
            _ = cluster.register("w\(index)", at: "a")
            _ = cluster.add(UInt8(index + 1), to: "w\(index)", at: "a")
        }
        cluster.loses = { message, _, _ in if case .commit = message { true } else { false } }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { ($0.nodes["a"]?.counts[.handoffsCommitted] ?? 0) > 0 })
        cluster.kill("b")
        #expect(cluster.run(seconds: 60) { c in (0..<20).allSatisfy { c.total(of: "w\($0)") == $0 + 1 } })
    }

    @Test("a host that dies after the commit was sent but lost: the prepared owner goes on with the state")
    func hostDiesAfterMoving() {
        var cluster = TrackerCluster.ready(["a", "c"])
        for index in 0..<20 {
            _ = cluster.register("w\(index)", at: "a")
            _ = cluster.add(UInt8(index + 1), to: "w\(index)", at: "a")
        }
        cluster.loses = { message, from, _ in
            if case .commit = message { return from.name == "a" }
            return false
        }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { ($0.nodes["a"]?.counts[.handoffsCommitted] ?? 0) > 0 })
        let moving = cluster["a"].view.claims.values.filter { $0.move != nil && $0.host == cluster.id("a") }.map(\.name)
        #expect(!moving.isEmpty)
        cluster.kill("a")
        #expect(
            cluster.run(seconds: 60) { c in
                c.agree && c["c"].view.claims.count == 20 && (0..<20).allSatisfy { c.hosts(of: "w\($0)").count == 1 }
            })
        for name in moving { #expect(cluster.total(of: name) == Int(name.dropFirst()).map { $0 + 1 }) }
    }

    @Test("an unregister before the commit ends the attempt, and the prepared owner discards it")
    func unregisterBeforeCommit() {
        var cluster = TrackerCluster.ready(["a"])
        for index in 0..<20 { _ = cluster.register("w\(index)", at: "a") }
        cluster.loses = { message, _, _ in if case .offerAnswer = message { true } else { false } }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { ($0.nodes["b"]?.workers.count ?? 0) > 0 })
        cluster.run(seconds: 1)
        let name = cluster.nodes["b"]?.workers.values.map(\.name).sorted().first ?? ""
        let room = cluster["a"].handoffRoom
        guard case .success = cluster.ask(.unregister(name: name), at: "a") else {
            Issue.record("not unregistered")
            return
        }
        // The move is over with it.
        #expect(cluster["a"].handoffRoom == room + 1)
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 60) { c in c.agree && c["b"].view[name] == nil && c.hosts(of: name).isEmpty })
        #expect(cluster.nodes["b"]?.workers.values.contains { $0.name == name } == false)
    }

    @Test("two survivors that have settled a burial do not answer each other's reports")
    func reportPingPong() {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        let dead = cluster.id("c")
        cluster.kill("c")
        #expect(cluster.run(seconds: 20) { $0["a"].memberSummaries.count == 2 && $0["b"].memberSummaries.count == 2 })
        cluster.run(seconds: 10)
        let late = Report(node: dead, life: 0, sequence: cluster["a"].registry.sequence(of: dead))
        cluster.feed(.received(.report(late), from: Sender(node: cluster.id("b"), life: 0)), to: cluster.id("a"))
        let before = cluster.delivered
        cluster.run(seconds: 5)
        // Two nodes at rest: heartbeats, a hello now and then, a vector.
        #expect(cluster.delivered - before < 100)
    }

    @Test("above the limit of a quorum the youngest halts, whoever met whom first")
    func membersLimit() {
        var cluster = TrackerCluster.ready(["a", "b"]) { $0.strategy = .staticQuorum(2) }
        cluster.start("c")
        cluster.run(seconds: 0.001)
        cluster.start("d")
        #expect(cluster.run(seconds: 30) { $0.nodes["d"]?.halted != nil && $0.allReady })
        #expect(cluster.nodes["d"]?.halted.flatMap { $0 }?.code == .membersLimit)
        #expect(cluster.up == ["a", "b", "c"])
    }

    @Test("a node that drains discards what it was about to take over")
    func drainDiscardsIncoming() {
        var cluster = TrackerCluster.ready(["a"])
        for index in 0..<30 {
            _ = cluster.register("w\(index)", at: "a")
            _ = cluster.add(UInt8(index + 1), to: "w\(index)", at: "a")
        }
        // The answers are on their way for long: the commit comes when the drain is over.
        cluster.loses = { message, from, _ in
            if case .offerAnswer(let answer) = message { return from.name == "b" && answer.refusal == nil }
            return false
        }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { ($0.nodes["b"]?.workers.count ?? 0) > 0 })
        cluster.feed(.drain(nil, timeout: 10_000_000), to: cluster.id("b"))
        #expect(cluster.nodes["b"]?.workers.isEmpty == true)
        #expect(cluster.run(seconds: 30) { $0.nodes["b"]?.halted != nil })
        cluster.kill("b")
        #expect(cluster.run(seconds: 30) { c in (0..<30).allSatisfy { c.total(of: "w\($0)") == $0 + 1 } })
    }

    @Test("a repetition that comes long after its time is not carried out again")
    func lateDuplicate() {
        var cluster = TrackerCluster.ready(["a", "b"])
        let name = cluster.register(count: 1, ownedBy: "b")[0]
        let request = Request(
            id: RequestID(node: cluster.id("a"), number: 1 << 40), lifetime: 1_000, placement: 0,
            body: .deliver(name: name, payload: [5], oneWay: false))
        let sender = Sender(node: cluster.id("a"), life: 0)
        cluster.feed(.received(.request(request), from: sender), to: cluster.id("b"))
        cluster.run(seconds: 10)
        cluster.feed(.received(.request(request), from: sender), to: cluster.id("b"))
        cluster.run(seconds: 1)
        #expect(cluster.total(of: name) == 5)
    }

    /// Seed 205607: the owner refused one copy, agreed with its asker a moment later, and carried the other one out.
    @Test("a copy of a refused try is refused, too, and a late refusal says nothing of the next try")
    func copyOfARefusedTry() {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        let name = cluster.names(ownedBy: "b", count: 1)[0]
        let asker = cluster.id("a")
        func arrives(placement: UInt64, tries: UInt32) {
            let order = RegistrationOrder(name: name, kind: "counter", groups: [])
            let request = Request(
                id: RequestID(node: asker, number: 1 << 40), lifetime: 20_000, placement: placement, tries: tries,
                body: .register(order))
            cluster.feed(.received(.request(request), from: Sender(node: asker, life: 0)), to: cluster.id("b"))
            cluster.run(seconds: 1)
        }
        let agreed = cluster["b"].placement.digest
        arrives(placement: agreed &+ 1, tries: 1)
        arrives(placement: agreed, tries: 1)
        #expect(cluster.hosts(of: name).isEmpty)
        arrives(placement: agreed, tries: 2)
        #expect(cluster.hosts(of: name) == ["b"])

        // What is final is the answer to whichever try asks.
        var answered: [UInt32] = []
        cluster.loses = { message, _, _ in
            if case .reply(let reply) = message, reply.id.number == 1 << 40 { answered.append(reply.tries) }
            return false
        }
        arrives(placement: agreed, tries: 3)
        #expect(answered == [3])

        cluster.startDelay = 3_000_000
        let other = cluster.names(ownedBy: "b", count: 2)[1]
        let number = cluster.request(.register(RegistrationOrder(name: other, kind: "counter", groups: [])), at: "a")
        cluster.run(seconds: 1)
        let refusal = Reply(
            id: RequestID(node: asker, number: number), result: .failure(Failure(.notReady, "not yet")), tries: 7)
        cluster.feed(.received(.reply(refusal), from: Sender(node: cluster.id("c"), life: 0)), to: asker)
        #expect(cluster.run(seconds: 30) { $0.nodes["a"]?.results[number] != nil })
        #expect(cluster.nodes["a"]?.counts[.requestsRetried] == nil)
    }

    @Test("a name that was unregistered and registered again is not removed by a host of its old life")
    func endedBirthSparesRival() {
        var cluster = TrackerCluster.ready(["a", "b", "c"])
        let name = cluster.register(count: 1, ownedBy: "c")[0]
        cluster.cut(["a", "b"], from: ["c"])
        #expect(cluster.run(seconds: 60) { $0["a"].memberSummaries.count == 2 && $0["a"].view[name] != nil })
        cluster.run(seconds: 5)
        guard case .success = cluster.ask(.unregister(name: name), at: "a") else {
            Issue.record("not unregistered")
            return
        }
        guard case .success = cluster.register(name, at: "b") else {
            Issue.record("not registered again")
            return
        }
        cluster.heal()
        #expect(cluster.run(seconds: 60) { c in c.allReady && c.up.allSatisfy { c[$0].memberSummaries.count == 3 } })
        cluster.run(seconds: 20)
        #expect(cluster.agree)
        #expect(cluster.hosts(of: name).count == 1)
        for node in cluster.up { #expect(cluster[node].view[name] != nil) }
    }

    @Test("writes that wait for bindings are acknowledged whatever the order in which the bindings stand")
    func acknowledgedOutOfOrder() {
        var cluster = TrackerCluster.ready(["a", "b"])
        let names = cluster.register(count: 2, ownedBy: "a")
        // The first write waits for its binding, and is acknowledged after the second.
        cluster.bindingDelays = ["late": 50_000]
        let first = cluster.request(.join(name: names[0], group: "late"), at: "a")
        let second = cluster.request(.join(name: names[1], group: "early"), at: "a")
        cluster.loses = { message, _, _ in if case .acknowledged = message { true } else { false } }
        cluster.run(seconds: 0.2)
        cluster.loses = { _, _, _ in false }
        #expect(cluster.run(seconds: 10) { c in [first, second].allSatisfy { c.nodes["a"]?.results[$0] != nil } })
    }

    @Test("a log that is cited before it was ever heard of is still to come, not aged out")
    func citedUnknownLog() {
        var scripts = NodeScript.scripts("b", "c", "d")
        let first = scripts[1].put("w", token: 5)
        let second = scripts[2].put("w", token: 6, knowing: [first], cites: first.position)
        scripts[1].release("w", to: second)
        var cluster = TrackerCluster.ready(["a", "b"])
        let b = cluster.id("b")
        let sender = Sender(node: b, life: 0)
        cluster.feed(.received(.delta(scripts[1].delta()), from: sender), to: cluster.id("a"))
        #expect(cluster["a"].registry.claims(on: "w") == [first])
        cluster.feed(.received(.delta(scripts[2].delta()), from: sender), to: cluster.id("a"))
        #expect(cluster["a"].registry.claims(on: "w") == [second])
        #expect(cluster["a"].registry.winner(of: "w") == second)
    }

    @Test("a log that has aged out at who cites it is not waited for")
    func citedLogThatAgedOut() {
        var scripts = NodeScript.scripts("c", "d")
        let first = scripts[0].put("w", token: 5)
        let second = scripts[1].put("w", token: 6, knowing: [first], cites: first.position)
        var cluster = TrackerCluster.ready(["a", "b"])
        let sender = Sender(node: cluster.id("b"), life: 0)
        cluster.feed(.received(.delta(scripts[1].delta()), from: sender), to: cluster.id("a"))
        cluster.run(seconds: 0.1)
        #expect(cluster["a"].registry.winner(of: "w") == nil)
        // What a node says that has forgotten the log.
        let agedOut = Message.vector([LogPosition(origin: scripts[0].node, sequence: LogPosition.all)])
        cluster.feed(.received(agedOut, from: sender), to: cluster.id("a"))
        #expect(cluster["a"].registry.winner(of: "w") == second)
    }

    @Test("an unregister that arrives late does not hit the next registration of the name")
    func lateUnregister() {
        var cluster = TrackerCluster.ready(["a", "b"])
        let name = cluster.register(count: 1, ownedBy: "b")[0]
        let birth = cluster["a"].view[name]?.birth
        guard case .success = cluster.ask(.unregister(name: name), at: "b"),
            case .success = cluster.register(name, at: "b")
        else {
            Issue.record("not registered again")
            return
        }
        let late = Request(
            id: RequestID(node: cluster.id("a"), number: 1 << 40), lifetime: 1_000, placement: 0, birth: birth,
            body: .unregister(name: name))
        cluster.feed(.received(.request(late), from: Sender(node: cluster.id("a"), life: 0)), to: cluster.id("b"))
        cluster.run(seconds: 1)
        #expect(cluster.hosts(of: name) == ["b"])
    }

    @Test("a start that takes long is not asked for elsewhere when the owner changes")
    func slowStartStaysHere() {
        var cluster = TrackerCluster.ready(["a"])
        cluster.startDelay = 5_000_000
        let requests = (0..<20).map { index in
            cluster.request(
                .register(RegistrationOrder(name: "w\(index)", kind: "counter", arguments: [])), at: "a",
                timeout: 20_000_000)
        }
        cluster.start("b")
        #expect(cluster.run(seconds: 30) { c in requests.allSatisfy { c.nodes["a"]?.results[$0] != nil } })
        for index in 0..<20 { #expect(cluster.hosts(of: "w\(index)").count == 1) }
        #expect(cluster.nodes["b"]?.counts[.requestsRetried] == nil)
        #expect(cluster.nodes["a"]?.tracker.view.claims.count == 20)
    }
}
