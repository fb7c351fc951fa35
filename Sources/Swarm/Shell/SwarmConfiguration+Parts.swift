import SwarmCore

extension SwarmConfiguration {
    /// The part that the tracker is told.
    func tracker(_ member: MemberDescription, rules: NameRules) -> TrackerConfiguration {
        var random = SystemRandomNumberGenerator()
        var tracker = TrackerConfiguration(member: member, strategy: strategy, seed: seed ?? random.next())
        tracker.heartbeatInterval = membership.heartbeatInterval.microseconds
        tracker.suspectAfter = membership.suspectAfter.microseconds
        tracker.downAfter = membership.downAfter.microseconds
        tracker.reconnectGrace = membership.reconnectGrace.microseconds
        tracker.fullMeshLimit = membership.fullMeshLimit
        tracker.monitors = membership.monitors
        tracker.quorumWindow = membership.quorumWindow.microseconds
        tracker.quorumGrace = membership.quorumGrace.microseconds
        tracker.seedDelay = membership.seedDelay.microseconds
        tracker.burialTime = membership.burialTime.microseconds
        tracker.settleTime = rebalancing.settleTime.microseconds
        tracker.settleLimit = rebalancing.settleLimit.microseconds
        tracker.concurrentHandoffs = rebalancing.concurrentHandoffs
        tracker.handoffDeadline = rebalancing.handoffDeadline.microseconds
        tracker.concurrentRestarts = rebalancing.concurrentRestarts
        tracker.logLimit = limits.log
        tracker.replicaLogLimit = limits.replicaLog
        tracker.requestLimit = limits.requests
        tracker.isAllowed = { rules.allows($0) }
        return tracker
    }

    /// The part that the runtime of workers is told.
    var runtime: WorkerRuntimeConfiguration {
        var runtime = WorkerRuntimeConfiguration()
        runtime.coder = coder
        runtime.payloadLimit = limits.messageBytes
        runtime.stateLimit = limits.stateBytes
        runtime.handoffPatience = rebalancing.handoffPatience
        runtime.stopPatience = timeouts.stop
        return runtime
    }
}
