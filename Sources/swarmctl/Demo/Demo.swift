import Logging
import Swarm
import SwarmCore

/// The demonstration: what is said is measured and checked while it runs.
struct Demo: Sendable {
    static let group = "demo.tens"
    /// No step may take longer.
    static let patience: Duration = .seconds(30)

    let names = (1...1_000).map { "cart/\($0)" }
    let report: DemoReport
    let cluster: DemoCluster

    init(report: DemoReport, logger: Logger) {
        self.report = report
        cluster = DemoCluster(logger: logger)
    }

    /// True if everything held.
    func run() async -> Bool {
        do {
            try await steps()
        } catch {
            report.check("no step failed: \(error)", false)
        }
        await cluster.stop()
        return report.finish()
    }

    private func steps() async throws {
        try await startNodes()
        try await registerWorkers()
        try await publish()
        try await crash(of: "b")
        try await drain("c")
        try await join("d")
    }

    // MARK: Steps

    private func startNodes() async throws {
        report.step("nodes", "Three nodes")
        let began = ContinuousClock.now
        try await cluster.start(["a", "b", "c"])
        let nodes = await cluster.nodes
        let isComplete = await wait { nodes.allSatisfy { Self.readyMembers($0) == ["a", "b", "c"] } }
        report.figure("seconds", began.duration(to: .now))
        report.tell("Started and agreed in \(since(began)). The ring gives each a share of all names:")
        var table = TextTable(["node", "share"], alignedRight: [1])
        for share in nodes.first?.core.placement().shares() ?? [] {
            table.add([share.node, Percentage.text(share.share), Bar.text(share.share)])
        }
        report.tell(table)
        report.check("each node knows all three", isComplete)
    }

    private func registerWorkers() async throws {
        report.step("register", "A thousand workers")
        let node = try await anyNode()
        let began = ContinuousClock.now
        try await forEachName { name, number in
            try await node.register(name, as: Counter.self, groups: number % 10 == 0 ? [Self.group] : [])
        }
        let took = began.duration(to: .now)
        report.figure("seconds", took)
        report.tell("Registered on node a, each started on the node that owns its name, in \(since(began)).")
        try await forEachName { name, number in
            _ = try await node.ref(name, as: Counter.self).call(.add(amount: number))
        }
        report.tell("Worker cart/n was told to add n, so that each has a state of its own.")
        await tellDistribution()
        report.summarize("1,000 workers registered in \(text(took)), each on the node that owns its name")
        let values = try await values()
        report.check("1,000 workers answer with what they added", values == expectedAtFirst)
    }

    private func publish() async throws {
        report.step("publish", "A group")
        let members = try await anyNode().members(of: Self.group).count
        report.check("every tenth worker is in the group \(Self.group)", members == names.count / 10)
        report.check("all members got one message that was published once", try await published(amount: 1_000_000))
    }

    private func crash(of name: String) async throws {
        report.step("crash", "Node \(name) is killed")
        let before = try await values()
        let lost = Set(try await anyNode().registrations().filter { $0.node.name == name }.map(\.name))
        let began = ContinuousClock.now
        await cluster.kill(name)
        let nodes = await cluster.nodes
        let isFound = await wait { nodes.allSatisfy { !Self.readyMembers($0).contains(name) } }
        let found = began.duration(to: .now)
        let isRestored = await wait { nodes.allSatisfy { isSettled($0, without: name) } }
        let restored = began.duration(to: .now)
        report.figure("lost", lost.count)
        report.figure("found_seconds", found)
        report.figure("restored_seconds", restored)
        report.tell("It hosted \(lost.count) workers, and says no farewell. The others find out after \(text(found)),")
        report.tell("and start its workers again: all names are alive after \(text(restored)).")
        report.summarize(
            "killed a node of \(lost.count) workers: found after \(text(found)), all names alive again after \(text(restored))"
        )
        await tellDistribution()
        let after = try await values()
        report.check("the node is found dead", isFound)
        report.check("all names are alive again", isRestored && after.count == names.count)
        report.check(
            "its \(lost.count) workers start afresh, for their state died with it", lost.allSatisfy { after[$0] == 0 })
        report.check(
            "the other \(names.count - lost.count) kept their state",
            names.allSatisfy { lost.contains($0) || after[$0] == before[$0] })
        // Every worker has a state to lose again.
        let node = try await anyNode()
        try await forEachName { name, number in
            if lost.contains(name) { _ = try await node.ref(name, as: Counter.self).call(.add(amount: -number)) }
        }
    }

    private func drain(_ name: String) async throws {
        report.step("drain", "Node \(name) is drained")
        let before = try await values()
        let leaving = try await anyNode().registrations().count { $0.node.name == name }
        let began = ContinuousClock.now
        try await cluster.drain(name)
        let took = began.duration(to: .now)
        let nodes = await cluster.nodes
        let isDone = await wait { nodes.allSatisfy { isSettled($0, without: name) } }
        report.figure("moved", leaving)
        report.figure("seconds", took)
        report.tell("It hands its \(leaving) workers over, with their state, and leaves, in \(text(took)).")
        report.summarize("drained a node: \(leaving) workers moved with their state in \(text(took))")
        await tellDistribution()
        let after = try await values()
        report.check("its workers run on the nodes that are left", isDone)
        report.check("all 1,000 states are exactly what they were", after == before && after.count == names.count)
    }

    private func join(_ name: String) async throws {
        report.step("join", "Node \(name) joins")
        let before = try await values()
        let began = ContinuousClock.now
        try await cluster.start([name])
        let nodes = await cluster.nodes
        let isDone = await wait { nodes.allSatisfy { isSettled($0, without: nil) && isBalanced($0) } }
        let took = began.duration(to: .now)
        let moved = try await anyNode().registrations().count { $0.node.name == name }
        report.figure("moved", moved)
        report.figure("seconds", took)
        report.tell("The ring gives it a share; \(moved) workers move to it, with their state, in \(text(took)).")
        report.summarize("added a node: \(moved) workers moved to it with their state in \(text(took))")
        await tellDistribution()
        let after = try await values()
        report.check("every worker runs on the node that owns its name", isDone && moved > 0)
        report.check("all 1,000 states are exactly what they were", after == before && after.count == names.count)
        report.check("the group is complete: all members got another message", try await published(amount: 1_000_000))
    }
}
