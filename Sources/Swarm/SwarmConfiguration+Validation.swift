import SwarmCore

extension SwarmConfiguration {
    /// Throws ``SwarmError`` (`invalidArgument`) for the first thing that is wrong.
    package func validate(kinds: [String]) throws {
        do {
            try Naming.checkWord(name, role: "node")
            try Naming.checkWord(cluster, role: "cluster")
            for kind in kinds { try Naming.checkKind(kind) }
        } catch {
            throw SwarmError(error)
        }
        guard kinds.count <= 1_000 else { throw Self.invalid("More than 1,000 worker types.") }
        guard !isClient || kinds.isEmpty else {
            throw Self.invalid("A client node hosts no workers. Leave out the worker types, or isClient.")
        }
        guard roles.count <= 32, roles.allSatisfy({ (1...64).contains($0.utf8.count) }) else {
            throw Self.invalid("roles has to have at most 32 words of 1 to 64 bytes.")
        }
        try Self.check(weight, in: 0...10_000, "weight")
        try validateTimes()
        try validateLimits()
        if let quorum = strategy.quorum, quorum < 1 { throw Self.invalid("The quorum has to be at least 1.") }
    }

    private func validateTimes() throws {
        let day = Duration.seconds(24 * 3_600)
        try Self.check(timeouts.request, in: .milliseconds(1)...day, "timeouts.request")
        try Self.check(timeouts.drain, in: .zero...day, "timeouts.drain")
        try Self.check(timeouts.stop, in: .zero...day, "timeouts.stop")
        let times = membership
        try Self.check(times.heartbeatInterval, in: .milliseconds(10) ... .seconds(60), "membership.heartbeatInterval")
        try Self.check(times.suspectAfter, in: times.heartbeatInterval...day, "membership.suspectAfter")
        try Self.check(times.downAfter, in: times.suspectAfter...day, "membership.downAfter")
        try Self.check(times.reconnectGrace, in: .milliseconds(1)...day, "membership.reconnectGrace")
        try Self.check(times.quorumWindow, in: times.heartbeatInterval...day, "membership.quorumWindow")
        try Self.check(times.quorumGrace, in: .milliseconds(1)...day, "membership.quorumGrace")
        try Self.check(times.seedDelay, in: .zero...day, "membership.seedDelay")
        try Self.check(times.burialTime, in: times.downAfter ... .seconds(365 * 24 * 3_600), "membership.burialTime")
        try Self.check(times.fullMeshLimit, in: 1...10_000, "membership.fullMeshLimit")
        try Self.check(times.monitors, in: 2...100, "membership.monitors")
        try Self.check(rebalancing.settleTime, in: .zero...day, "rebalancing.settleTime")
        try Self.check(rebalancing.settleLimit, in: rebalancing.settleTime...day, "rebalancing.settleLimit")
        try Self.check(rebalancing.handoffDeadline, in: .milliseconds(1)...day, "rebalancing.handoffDeadline")
        try Self.check(rebalancing.handoffPatience, in: .milliseconds(1)...day, "rebalancing.handoffPatience")
        try Self.check(rebalancing.concurrentHandoffs, in: 1...100_000, "rebalancing.concurrentHandoffs")
        try Self.check(rebalancing.concurrentRestarts, in: 1...100_000, "rebalancing.concurrentRestarts")
    }

    private func validateLimits() throws {
        try Self.check(limits.requests, in: 1...10_000_000, "limits.requests")
        try Self.check(limits.messageBytes, in: 1...(16 << 20), "limits.messageBytes")
        try Self.check(limits.stateBytes, in: 0...(24 << 20), "limits.stateBytes")
        try Self.check(limits.networkInputs, in: 1_000...100_000_000, "limits.networkInputs")
        try Self.check(limits.networkBytes, in: (1 << 20)...(1 << 40), "limits.networkBytes")
        try Self.check(limits.log, in: 1_024...100_000_000, "limits.log")
        try Self.check(limits.replicaLog, in: 256...100_000_000, "limits.replicaLog")
        try Self.check(limits.groupBindings, in: 1...100_000, "limits.groupBindings")
        try Self.check(limits.groupsPerWorker, in: 0...1_024, "limits.groupsPerWorker")
        try Self.check(limits.metadataBytes, in: 0...(1 << 20), "limits.metadataBytes")
        try Self.check(limits.outsideRequests, in: 1...1_000_000, "limits.outsideRequests")
        try Self.check(limits.events, in: 1...1_000_000, "limits.events")
    }

    private static func check<Value: Comparable>(_ value: Value, in range: ClosedRange<Value>, _ field: String) throws {
        guard range.contains(value) else {
            throw invalid("\(field) is \(value); use \(range.lowerBound) to \(range.upperBound).")
        }
    }

    private static func invalid(_ message: String) -> SwarmError { SwarmError(.invalidArgument, message) }
}
