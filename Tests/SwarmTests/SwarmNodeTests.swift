import SwarmCore
import Testing

@testable import Swarm

@Suite(.timeLimit(.minutes(2))) struct SwarmNodeTests {
    // MARK: Life

    @Test func callsBeforeRunAreRefusedAndLookupsAreEmpty() async throws {
        let node = try TestCluster("early").node("a")
        #expect(await code { try await node.register("x", as: TestCounter.self) } == .notRunning)
        #expect(await code { try await node.unregister("x") } == .notRunning)
        #expect(await code { try await node.join("x", to: "g") } == .notRunning)
        #expect(await code { try await node.publish("x", to: "g") } == .notRunning)
        #expect(await code { _ = try await node.multiCall("g", "x", as: String.self) } == .notRunning)
        #expect(await code { try await node.drain() } == .notRunning)
        #expect(await code { _ = try await node.ref("x", as: TestCounter.self).call(.get) } == .notRunning)
        let worker = try TestCounter(.standalone(name: "x"), arguments: NoValue())
        #expect(await code { try await node.register("x", running: worker) } == .notRunning)
        #expect(node.lookup("x") == nil)
        #expect(node.members(of: "g").isEmpty)
        #expect(node.registrations().isEmpty)
        #expect(!node.snapshot().isReady)
    }

    @Test func aNodeThatHasStoppedSaysSo() async throws {
        let node = try TestCluster("late").node("a")
        try await withRunning([node]) { try await node.register("x", as: TestCounter.self) }
        #expect(await code { try await node.register("y", as: TestCounter.self) } == .stopped)
        #expect(await code { try await node.publish("x", to: "g") } == .stopped)
        #expect(await code { try await node.ready() } == .stopped)
        #expect(await code { try await node.run() } == .invalidArgument)
        #expect(await code { _ = try await node.ref("x", as: TestCounter.self).call(.get) } == .stopped)
        var events = node.events.makeAsyncIterator()
        #expect(await events.next() == nil)
    }

    @Test func runIsRefusedTheSecondTime() async throws {
        try await withNodes(["a"]) { _, nodes in
            #expect(await code { try await nodes[0].run() } == .invalidArgument)
            try await nodes[0].register("x", as: TestCounter.self)
        }
    }

    @Test func aCancelledRunThrowsCancellation() async throws {
        let node = try TestCluster("cancelled").node("a")
        let task = Task { try await node.run() }
        try await node.ready()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func wrongOptionsAreRefusedInInit() async throws {
        #expect(await code { _ = try TestCluster("x").node("a.b") } == .invalidArgument)
        #expect(
            await code { _ = try TestCluster("x").node("a") { $0.trust.allow = [.matching("(")] } } == .invalidArgument)
    }

    // MARK: Names

    @Test func aWorkerIsReachedFromEveryNode() async throws {
        try await withNodes(["a", "b", "c"]) { _, nodes in
            for number in 0..<12 { try await nodes[0].register("counter/\(number)", as: TestCounter.self) }
            #expect(Set(nodes[0].registrations(prefix: "counter/").map(\.node.name)).count > 1, "they are spread")
            for node in nodes {
                for number in 0..<12 {
                    _ = try await node.ref("counter/\(number)", as: TestCounter.self).call(.add(amount: 1))
                }
            }
            for number in 0..<12 {
                #expect(try await nodes[1].ref("counter/\(number)", as: TestCounter.self).call(.get) == 3)
            }
            #expect(nodes[0].snapshot().names == 12)
            #expect(nodes.map { $0.snapshot().workers }.reduce(0, +) == 12)
        }
    }

    @Test func whatWasAnsweredIsInTheLocalTable() async throws {
        try await withNodes(["a", "b"]) { _, nodes in
            for number in 0..<20 {
                let node = nodes[number % 2]
                let name = "x/\(number)"
                try await node.register(name, as: TestCounter.self, groups: ["g"], metadata: ["k": "v"])
                let registration = try #require(node.lookup(name))
                #expect(registration.kind == "counter")
                #expect(registration.groups == ["g"])
                #expect(registration.metadata == ["k": "v"])
                try await node.updateMetadata(of: name, ["k": nil, "l": "w"])
                #expect(node.lookup(name)?.metadata == ["l": "w"])
                try await node.unregister(name)
                #expect(node.lookup(name) == nil)
                #expect(await code { try await node.unregister(name) } == .notFound)
            }
        }
    }

    @Test func aTakenNameSaysWhereItRuns() async throws {
        try await withNodes(["a", "b"]) { _, nodes in
            try await nodes[0].register("x", as: TestCounter.self)
            let holder = try #require(nodes[0].lookup("x"))
            let error = await #expect(throws: SwarmError.self) {
                try await nodes[1].register("x", as: TestCounter.self)
            }
            #expect(error?.code == .alreadyRegistered)
            #expect(error?.holder == holder.node)
            #expect(error?.holderToken == holder.token)
            let ref = try await nodes[1].lookupOrRegister("x", as: TestCounter.self)
            #expect(try await ref.call(.add(amount: 2)) == 2)
            #expect(
                await code {
                    _ = try await nodes[0].lookupOrRegister("x", as: TestEcho.self, arguments: .init(prefix: ""))
                } == .invalidArgument)
        }
    }

    @Test func manyAtOnceGetOneWorker() async throws {
        try await withNodes(["a", "b", "c"]) { _, nodes in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<30 {
                    group.addTask {
                        let ref = try await nodes[index % 3].lookupOrRegister("one", as: TestCounter.self)
                        _ = try await ref.call(.add(amount: 1))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await nodes[0].ref("one", as: TestCounter.self).call(.get) == 30)
        }
    }

    @Test func errorsOfWorkersReachTheirCallers() async throws {
        try await withNodes(["a", "b"]) { _, nodes in
            #expect(
                await code { try await nodes[0].register("e", as: TestEcho.self, arguments: .init(prefix: "refuse")) }
                    == .startFailed)
            #expect(nodes[0].lookup("e") == nil)
            try await nodes[0].register("c", as: TestCounter.self)
            for node in nodes {
                #expect(await code { _ = try await node.ref("c", as: TestCounter.self).call(.fail) } == .workerFailed)
                // Its policy starts it again.
                try await eventually("it works again") { nodes.allSatisfy { $0.lookup("c") != nil } }
                let total = try await node.ref("c", as: TestCounter.self).call(.get)
                #expect(total == 0)
            }
            #expect(await code { _ = try await nodes[0].ref("nobody", as: TestCounter.self).call(.get) } == .notFound)
            #expect(await code { try await nodes[0].register("", as: TestCounter.self) } == .invalidArgument)
            #expect(await code { try await nodes[0].register("x", as: TestOther.self) } == .unknownKind)
        }
    }

    @Test func aRunningWorkerIsFoundAndReachedFromElsewhere() async throws {
        try await withNodes(["a", "b"]) { _, nodes in
            let worker = try TestCounter(.standalone(name: "mine"), arguments: NoValue())
            try await nodes[0].register("mine", running: worker, groups: ["g"])
            #expect(nodes[0].lookup("mine")?.kind == nil)
            #expect(await code { try await nodes[1].register("mine", running: worker) } == .alreadyRegistered)
            try await eventually("the other node knows it") { nodes[1].lookup("mine")?.node == nodes[0].id }
            #expect(try await nodes[1].ref("mine", as: TestCounter.self).call(.add(amount: 5)) == 5)
            #expect(try await worker.receive(.get) == 5)
        }
    }

    @Test func aCancelledCallReturnsAtOnce() async throws {
        try await withNodes(["a", "b"]) { _, nodes in
            try await nodes[0].register("slow", as: TestCounter.self)
            for node in nodes {
                let call = Task { try await node.ref("slow", as: TestCounter.self).call(.wait, timeout: .seconds(60)) }
                call.cancel()
                await #expect(throws: CancellationError.self) { _ = try await call.value }
            }
        }
    }

    @Test func aCallThatTakesTooLongTimesOut() async throws {
        try await withNodes(["a", "b"]) { _, nodes in
            try await nodes[0].register("slow", as: TestCounter.self)
            for node in nodes {
                let error = await #expect(throws: SwarmError.self) {
                    _ = try await node.ref("slow", as: TestCounter.self).call(.wait, timeout: .milliseconds(200))
                }
                #expect(error?.code == .timeout)
            }
        }
    }

    @Test func aClientNodeUsesTheClusterAndHostsNothing() async throws {
        try await withNodes(["a", "b"]) { cluster, nodes in
            let client = try cluster.node("client") { $0.isClient = true }
            try await withRunning([client]) {
                for number in 0..<10 { try await client.register("x/\(number)", as: TestCounter.self) }
                #expect(try await client.ref("x/3", as: TestCounter.self).call(.add(amount: 1)) == 1)
                #expect(client.registrations().allSatisfy { $0.node != client.id })
                let worker = try TestCounter(.standalone(name: "w"), arguments: NoValue())
                #expect(await code { try await client.register("w", running: worker) } == .invalidArgument)
                #expect(client.snapshot().members.count == 3)
            }
        }
    }

    // MARK: Change of members

    @Test func aDrainHandsStateOverAndEndsTheRun() async throws {
        let cluster = TestCluster("drain")
        let staying = [try cluster.node("a"), try cluster.node("b")]
        let leaving = try cluster.node("c")
        try await withRunning(staying + [leaving]) {
            for number in 0..<20 {
                let ref = try await staying[0].register("x/\(number)", as: TestCounter.self)
                _ = try await ref.call(.add(amount: number))
            }
            #expect(leaving.snapshot().workers > 0)
            try await leaving.drain()
            try await eventually("it has stopped") { leaving.core.lifecycle.phase == .stopped }
            for number in 0..<20 {
                #expect(try await staying[1].ref("x/\(number)", as: TestCounter.self).call(.get) == number)
            }
            #expect(Set(staying[0].registrations().map(\.node.name)) == ["a", "b"])
            try await eventually("the others know") { staying.allSatisfy { $0.snapshot().members.count == 2 } }
        }
    }

    @Test func namesOfADeadNodeStartElsewhere() async throws {
        try await withNodes(["a", "b", "c"]) { cluster, nodes in
            for number in 0..<12 { try await nodes[0].register("x/\(number)", as: TestCounter.self, groups: ["g"]) }
            var events = nodes[0].events.makeAsyncIterator()
            cluster.broker.kill(node: "c")
            while let event = await events.next() {
                if event.kind == .memberDown, event.node == nodes[2].id { break }
            }
            try await eventually("all names run on the survivors") {
                let registrations = nodes[0].registrations()
                return registrations.count == 12 && registrations.allSatisfy { $0.node != nodes[2].id }
            }
            for number in 0..<12 {
                #expect(try await nodes[1].ref("x/\(number)", as: TestCounter.self).call(.add(amount: 1)) >= 1)
            }
            #expect(nodes[1].members(of: "g").count == 12)
        }
    }

    @Test func callsToADeadNodeFindTheWorkerAgain() async throws {
        try await withNodes(["a", "b", "c"]) { cluster, nodes in
            for number in 0..<20 { try await nodes[0].register("x/\(number)", as: TestCounter.self) }
            try await eventually("all know all") { nodes.allSatisfy { $0.registrations().count == 20 } }
            cluster.broker.kill(node: "c")
            // The dead node is not known to be dead yet: what it is asked comes back, and waits for the restart.
            for number in 0..<20 {
                do {
                    #expect(try await nodes[0].ref("x/\(number)", as: TestCounter.self).call(.add(amount: 1)) == 1)
                } catch let error as SwarmError where error.code == .uncertain {
                    // It was on its way when the connection vanished: nobody can say, and the next one is answered.
                    #expect(error.mayHaveExecuted)
                    #expect(try await nodes[0].ref("x/\(number)", as: TestCounter.self).call(.add(amount: 1)) >= 1)
                }
            }
        }
    }

    @Test func aNewNodeTakesItsShareWithTheState() async throws {
        try await withNodes(["a", "b"]) { cluster, nodes in
            for number in 0..<20 {
                _ = try await nodes[0].register("x/\(number)", as: TestCounter.self).call(.add(amount: number))
            }
            let third = try cluster.node("c")
            try await withRunning([third]) {
                try await eventually("it has a share") { third.snapshot().workers > 0 }
                try await eventually("nothing moves") { !third.registrations().contains(where: \.isMoving) }
                for number in 0..<20 {
                    #expect(try await third.ref("x/\(number)", as: TestCounter.self).call(.get) == number)
                }
            }
        }
    }

    @Test func aNodeOfATakenNameIsRefused() async throws {
        try await withNodes(["a"]) { cluster, _ in
            let twin = try cluster.node("a")
            #expect(await code { try await twin.run() } == .nameTaken)
            #expect(await code { try await twin.ready() } == .nameTaken)
        }
    }

    @Test func excludedNodesDoNotMeet() async throws {
        let cluster = TestCluster("excluded")
        let first = try cluster.node("a") { $0.trust.deny = ["b"] }
        let second = try cluster.node("b")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in [first, second] { group.addTask { do { try await node.run() } catch is CancellationError {} } }
            try await first.ready()
            try await first.register("x", as: TestCounter.self)
            #expect(first.snapshot().members.map(\.node.name) == ["a"])
            group.cancelAll()
        }
    }

    @Test func eventsTellWhatHappens() async throws {
        try await withNodes(["a", "b"]) { _, nodes in
            var events = nodes[0].events.makeAsyncIterator()
            try await nodes[1].register("x", as: TestCounter.self)
            try await nodes[1].unregister("x")
            var kinds: [LifecycleEvent.Kind] = []
            while !kinds.contains(.unregistered), let event = await events.next() {
                if event.name == "x" { kinds.append(event.kind) }
            }
            #expect(kinds == [.registered, .unregistered])
        }
    }
}

/// A kind that no node has.
actor TestOther: Worker {
    static let kind = "other"
    init(_ context: WorkerContext, arguments: NoValue) throws {}
    func receive(_ message: NoValue) async throws -> NoValue { message }
}
