import Swarm
import SwarmCore

/// How the demonstration looks at its cluster.
extension Demo {
    func anyNode() async throws -> SwarmNode {
        guard let node = await cluster.nodes.first else { throw SwarmError(.notRunning, "No node is left.") }
        return node
    }

    static func readyMembers(_ node: SwarmNode) -> [String] {
        node.snapshot().members.filter { $0.state == .ready }.map(\.node.name)
    }

    /// Whether all names are registered, none on the node that has gone, and none on its way.
    func isSettled(_ node: SwarmNode, without gone: String?) -> Bool {
        let registrations = node.registrations()
        return registrations.count == names.count && registrations.allSatisfy { $0.node.name != gone && !$0.isMoving }
    }

    /// Whether every worker runs where it belongs.
    func isBalanced(_ node: SwarmNode) -> Bool {
        let placement = node.core.placement()
        return node.registrations().allSatisfy { placement.owners(of: $0.name, count: 1).first == $0.node.name }
    }

    /// Returns when the condition holds; false if it does not in time.
    func wait(_ condition: () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + Self.patience
        while !condition() {
            guard .now < deadline, (try? await Task.sleep(for: .milliseconds(10))) != nil else { return false }
        }
        return true
    }

    /// What each worker answers; those that give no answer are left out.
    func values() async throws -> [String: Int] {
        let node = try await anyNode()
        return await withTaskGroup(of: (String, Int?).self) { group in
            for name in names {
                group.addTask {
                    let worker = node.ref(name, as: Counter.self)
                    return (name, try? await worker.call(.get, timeout: Self.patience))
                }
            }
            return await group.reduce(into: [:]) { values, answer in values[answer.0] = answer.1 }
        }
    }

    var expectedAtFirst: [String: Int] {
        Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset + 1) })
    }

    /// Publishes once to the group, and tells how many got it and when. True if all did, once.
    func published(amount: Int) async throws -> Bool {
        let node = try await anyNode()
        let before = try await answers(node)
        let began = ContinuousClock.now
        try await node.publish(Counter.Message.add(amount: amount), to: Self.group)
        var after = before
        while began.duration(to: .now) < Self.patience {
            after = try await answers(node)
            if after.count == before.count, after.allSatisfy({ $0.value != before[$0.key] }) { break }
        }
        let reached = after.count { $0.value == (before[$0.key] ?? 0) + amount }
        report.figure("members", before.count)
        report.figure("reached", reached)
        report.tell("One message to the group \(Self.group): \(reached) of \(before.count) members got it.")
        return reached == before.count && reached == names.count / 10
    }

    private func answers(_ node: SwarmNode) async throws -> [String: Int] {
        let answers = try await node.multiCall(Self.group, Counter.Message.get, as: Int.self)
        return answers.reduce(into: [:]) { values, answer in values[answer.name] = try? answer.result.get() }
    }

    func forEachName(_ body: @escaping @Sendable (String, Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, name) in names.enumerated() { group.addTask { try await body(name, index + 1) } }
            try await group.waitForAll()
        }
    }

    func tellDistribution() async {
        guard let node = await cluster.nodes.first else { return }
        let hosted = Dictionary(grouping: node.registrations(), by: \.node.name).mapValues(\.count)
        let counts = await cluster.nodes.map { ($0.id.name, hosted[$0.id.name] ?? 0) }
        report.figure("workers", counts)
        var table = TextTable(["node", "workers"], alignedRight: [1])
        for (name, count) in counts {
            table.add([name, String(count), Bar.text(Double(count) / Double(names.count))])
        }
        report.tell(table)
    }

    func text(_ duration: Duration) -> String { "\(DemoReport.seconds(duration, places: 2)) s" }
    func since(_ instant: ContinuousClock.Instant) -> String { text(instant.duration(to: .now)) }
}

enum Bar {
    /// 50 columns are the whole.
    static func text(_ share: Double) -> String {
        String(repeating: "█", count: Int((min(max(share, 0), 1) * 50).rounded()))
    }
}
