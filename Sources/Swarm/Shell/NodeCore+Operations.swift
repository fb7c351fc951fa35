import Metrics
import SwarmCore

/// What can be asked of a node, without the types of workers.
extension NodeCore {
    /// Where the name runs now.
    func register(_ order: RegistrationOrder, timeout: Duration) async throws -> RegistrationSummary {
        try checkAttributes(name: order.name, groups: order.groups, metadata: order.metadata)
        do {
            try Naming.checkKind(order.kind)
            try coder.check(order.arguments, "start argument")
        } catch {
            throw SwarmError(error)
        }
        return try Self.summary(try await perform(.register(order), timeout: timeout))
    }

    /// A node that has not caught up yet is asked again after this.
    private static let adoptionPause: Duration = .milliseconds(50)

    /// Gives a worker that runs here already a name.
    func adopt<W: Worker>(
        _ worker: W, name: String, groups: [String], metadata: [String: String], timeout: Duration
    ) async throws {
        guard !configuration.isClient else {
            throw SwarmError(.invalidArgument, "A client node hosts no workers. Register it on another node.")
        }
        try lifecycle.check()
        let workerID = try runtime.adopt(worker, name: name)
        let order = AdoptOrder(
            name: name, workerID: workerID, groups: Set(groups).sorted(), metadata: metadata)
        do {
            let deadline = ContinuousClock.now + timeout
            while true {
                let left = ContinuousClock.now.duration(to: deadline)
                do {
                    _ = try await request(left) { .adopt($0, order, timeout: $1) }
                    return
                } catch let error as SwarmError where error.code == .notReady && left > Self.adoptionPause {
                    try await Task.sleep(for: Self.adoptionPause)
                }
            }
        } catch {
            // Given up in the middle, the tracker may have taken it in: it is told that there is nothing behind the name.
            queue.push(.worker(.ended(workerID: workerID, failure: nil, restart: false, backoff: 0)))
            runtime.disown(workerID: workerID)
            throw error
        }
    }

    func unregister(_ name: String, timeout: Duration) async throws {
        try Self.checkName(name)
        _ = try await perform(.unregister(name: name), timeout: timeout)
    }

    /// Joins, leaves, or updates.
    func change(_ body: RequestBody, timeout: Duration) async throws {
        switch body {
        case .join(let name, let group), .leave(let name, let group):
            try Self.checkName(name)
            do { try Naming.checkGroup(group) } catch { throw SwarmError(error) }
        case .update(let name, let metadata):
            try checkAttributes(name: name, groups: [], metadata: metadata.mapValues { $0 ?? "" })
        default: break
        }
        _ = try await perform(body, timeout: timeout)
    }

    /// A message to a worker, encoded; its answer, empty if `oneWay`.
    func deliver(_ payload: [UInt8], to name: String, oneWay: Bool, timeout: Duration) async throws -> [UInt8] {
        try Self.checkName(name)
        do { try coder.check(payload, "message") } catch { throw SwarmError(error) }
        let body = RequestBody.deliver(name: name, payload: payload, oneWay: oneWay)
        if case .payload(let reply) = try await perform(body, timeout: timeout) { return reply }
        return []
    }

    /// How many members of a group are asked at a time.
    static let multiCallWidth = 256

    /// Asks every member of a group; the answers by name, sorted.
    func multiCall(
        _ group: String, payload: [UInt8], timeout: Duration
    ) async throws -> [(name: String, result: Result<[UInt8], SwarmError>)] {
        try lifecycle.check()
        do {
            try Naming.checkGroup(group)
            try coder.check(payload, "message")
        } catch {
            throw SwarmError(error)
        }
        let names = members(of: group).map(\.name)
        // One deadline for all, however many there are.
        let deadline = ContinuousClock.now + timeout
        return try await withThrowingTaskGroup(of: (Int, Result<[UInt8], SwarmError>).self) { tasks in
            var results = [Result<[UInt8], SwarmError>?](repeating: nil, count: names.count)
            var next = 0
            func ask() {
                guard next < names.count else { return }
                let index = next
                next += 1
                tasks.addTask { (index, try await self.ask(names[index], payload, until: deadline)) }
            }
            for _ in 0..<Self.multiCallWidth { ask() }
            while let (index, result) = try await tasks.next() {
                results[index] = result
                ask()
            }
            return zip(names, results).compactMap { name, result in result.map { (name, $0) } }
        }
    }

    private func ask(
        _ name: String, _ payload: [UInt8], until deadline: ContinuousClock.Instant
    ) async throws -> Result<[UInt8], SwarmError> {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else {
            return .failure(SwarmError(.timeout, "The time was over before '\(name)' was asked. Allow more."))
        }
        do {
            return .success(try await deliver(payload, to: name, oneWay: false, timeout: left))
        } catch let error as SwarmError {
            return .failure(error)
        }
    }

    // MARK: Cluster

    /// A full dump of a node's tracker, as JSON.
    func inspect(_ node: String, timeout: Duration) async throws -> String {
        do { try Naming.checkWord(node, role: "node") } catch { throw SwarmError(error) }
        guard case .text(let text) = try await perform(.inspect(node: node), timeout: timeout) else { return "" }
        return text
    }

    /// Makes a node hand over all it has, and leave.
    func drain(_ node: String, timeout: Duration) async throws {
        do { try Naming.checkWord(node, role: "node") } catch { throw SwarmError(error) }
        _ = try await perform(.drain(node: node), timeout: timeout)
    }

    /// Makes this node hand over all it has, and leave.
    func drain(timeout: Duration?) async throws {
        let timeout = timeout ?? configuration.timeouts.drain
        // Nothing is executed twice by a drain, and its end is the end of the node: it waits a little longer than it takes.
        _ = try await request(timeout + Self.drainSlack) { id, _ in .drain(id, timeout: timeout.microseconds) }
    }

    package func placement() -> Placement {
        let members = published.memberView
        var candidates = members.others.filter(\.isCandidate).map {
            PlacementCandidate(name: $0.node.name, weight: $0.description.weight)
        }
        if members.isReady, !members.isDraining, !configuration.isClient, configuration.weight > 0 {
            candidates.append(PlacementCandidate(name: node.name, weight: UInt32(configuration.weight)))
        }
        return Placement(candidates, strategy: configuration.strategy)
    }

    package func snapshot() -> NodeSnapshot {
        let view = published.view
        let members = published.memberView
        let names = view.namesByHost()
        let own = NodeSnapshot.Member(
            description, isReady: members.isReady, isDraining: members.isDraining, names: names[node] ?? 0)
        let others = members.others.map {
            NodeSnapshot.Member(
                $0.description, isReady: $0.isReady, isDraining: $0.isDraining, names: names[$0.node] ?? 0)
        }
        return NodeSnapshot(
            node: node, cluster: configuration.cluster, isReady: members.isReady, isConnected: members.isConnected,
            isHealthy: members.isHealthy, members: ([own] + others).sorted { $0.node < $1.node },
            names: view.nameCount, groups: view.groupCount, workers: runtime.count,
            inputsWaiting: queue.depth, requestsWaiting: pending.count)
    }

    func recordGauges() {
        let view = published.view
        let members = published.memberView
        metrics.members.record(members.others.count + 1)
        metrics.names.record(view.nameCount)
        metrics.groups.record(view.groupCount)
        metrics.workers.record(runtime.count)
        metrics.inputsWaiting.record(queue.depth)
        metrics.requestsWaiting.record(pending.count)
        metrics.ready.record(members.isReady ? 1 : 0)
    }

    // MARK: Checks

    static func checkName(_ name: String) throws {
        do { try Naming.checkWorker(name: name) } catch { throw SwarmError(error) }
    }

    func checkAttributes(name: String, groups: [String], metadata: [String: String]) throws {
        try Self.checkName(name)
        for group in groups {
            do { try Naming.checkGroup(group) } catch { throw SwarmError(error) }
        }
        let limits = configuration.limits
        guard groups.count <= limits.groupsPerWorker else {
            throw SwarmError(
                .invalidArgument, "\(groups.count) groups for one worker; use at most \(limits.groupsPerWorker).")
        }
        guard metadata.count <= 256, metadata.keys.allSatisfy({ (1...255).contains($0.utf8.count) }) else {
            throw SwarmError(.invalidArgument, "Metadata has at most 256 keys of 1 to 255 bytes.")
        }
        let size = metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= limits.metadataBytes else {
            throw SwarmError(
                .tooLarge, "The metadata has \(size) bytes; use at most \(limits.metadataBytes), or raise the limit.")
        }
    }

    static func summary(_ reply: ReplyBody) throws -> RegistrationSummary {
        if case .written(let summary, _) = reply { return summary }
        // A later minor version may answer otherwise: the registration stands.
        throw SwarmError(
            .uncertain, "The answer is of a form that this version does not know; look the name up.",
            mayHaveExecuted: true)
    }
}

extension NodeSnapshot.Member {
    init(_ member: MemberDescription, isReady: Bool, isDraining: Bool, names: Int) {
        node = member.node
        state = isDraining ? .draining : isReady ? .ready : .joining
        isClient = member.isClient
        weight = Int(member.weight)
        roles = member.roles
        kinds = member.kinds
        self.names = names
    }
}
