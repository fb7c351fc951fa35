/// When a node may own names.
extension Tracker {
    /// A node is ready when its replica is complete as of a ready peer's view, or of all peers' views, and when it
    /// has an id of the clock. Nothing is waited for: each step is looked at again when something arrives.
    mutating func superviseReadiness() {
        guard !isReady, membership.health.isConnected, membership.health.lastEcho > 0, registry.isComplete else {
            return
        }
        let hasAllViews = membership.live.allSatisfy(views.contains)
        // Newcomers postpone the seed, but not for ever: two universes that meet are no harm.
        let start = membership.health.connectedAt
        let hasWaited =
            now.uptime >= max(start, min(lastNewcomer, start + 4 * configuration.seedDelay)) + configuration.seedDelay
        guard hasReadyView || (hasAllViews && hasWaited) else { return }
        guard membership.own.isClient || universe != nil || obtainID(hasWaited: hasWaited && hasAllViews) else {
            return
        }
        isReady = true
        log(.info, "ready", ["members": "\(membership.members.count + 1)"])
        out.append(.event(.ready))
        out.append(.broadcast(.hello(hello(wantsView: false))))
        nextBeat = now.uptime
        orphanScan = true
        topologyChanged()
    }

    private mutating func obtainID(hasWaited: Bool) -> Bool {
        let givers = membership.readyPeers.filter { membership.members[$0]?.heartbeat?.universe != nil }
        // The lowest opened the universe, most likely, and has most of it.
        if let giver = givers.first {
            if introductions.allowsFork(now: now.uptime) { send(.forkRequest(universe), to: giver) }
            return false
        }
        guard membership.readyPeers.isEmpty, hasWaited, membership.workerNodes.first == node else { return false }
        seedUniverse()
        return true
    }

    /// Whether this node may say that a name does not exist, and start it.
    var hasAuthority: Bool { isReady && registry.isComplete && membership.health.isConnected }
}
