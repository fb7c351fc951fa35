import HashTreeCollections

/// Applying logs: the own one as it is written, the others' as they arrive.
extension Registry {
    /// What became of a delta.
    package struct Outcome: Equatable, Sendable {
        /// Operations applied.
        package var applied = 0
        /// Operations that were there already.
        package var duplicates = 0
        /// Operations that now wait.
        package var deferred = 0
        /// The log to repair, from where, and of whom to ask it (nil: of its origin).
        package var gaps: [Gap] = []
    }

    package struct Gap: Hashable, Sendable {
        package let origin: NodeID
        package let after: UInt64
        /// A node that must have it, as it cites it.
        package let holder: NodeID
    }

    /// Writes the next operation of the own log.
    package mutating func write(_ operation: Operation) {
        apply(operation, to: node)
    }

    /// Applies what continues the log of `delta.origin`, keeps what comes too early, drops what is there.
    package mutating func receive(_ delta: Delta) -> Outcome {
        var outcome = Outcome()
        guard delta.origin != node else { return outcome }
        know(delta.origin)
        let have = sequence(of: delta.origin)
        var waiting: [(UInt64, Operation)] = []
        for (offset, operation) in delta.operations.enumerated() {
            let position = delta.first + UInt64(offset)
            if position <= have { outcome.duplicates += 1 } else { waiting.append((position, operation)) }
        }
        if !waiting.isEmpty, logs[delta.origin]?.postpone(waiting) == false { outcome.deferred = waiting.count }
        if held[delta.origin] == nil { outcome.applied = drain(from: delta.origin) }
        outcome.gaps = gaps(of: delta.origin)
        outcome.deferred += logs[delta.origin]?.pending.count ?? 0
        return outcome
    }

    /// Applies whatever has become applicable, in this log and in those that waited for it.
    mutating func drain(from origin: NodeID) -> Int {
        var applied = 0
        var queue = [origin]
        while let next = queue.popLast() {
            var progress = false
            if held[next] != nil { continue }
            while let operation = logs[next]?.takePending() {
                guard operation.cited.allSatisfy(reaches) else {
                    let position = sequence(of: next) + 1
                    _ = logs[next]?.postpone([(position, operation)])
                    break
                }
                apply(operation, to: next)
                applied += 1
                progress = true
            }
            if progress {
                settleRequirement(of: next)
                queue += logs.values.filter { !$0.pending.isEmpty && $0.node != next }.map(\.node).sorted()
            }
        }
        return applied
    }

    /// Why a log does not go on: a hole in it, or a position of another log that the next operation cites.
    package func gaps(of origin: NodeID) -> [Gap] {
        guard let log = logs[origin], !log.pending.isEmpty else { return [] }
        guard let next = log.pending[log.sequence + 1] else {
            return [Gap(origin: origin, after: log.sequence, holder: origin)]
        }
        guard let cited = next.cited.first(where: { !reaches($0) }) else { return [] }
        return [Gap(origin: cited.origin, after: sequence(of: cited.origin), holder: origin)]
    }

    /// Logs that are not known at all have aged out: they count as seen. (The tracker makes a log known before it takes
    /// in what cites it.)
    private func reaches(_ position: LogPosition) -> Bool {
        logs[position.origin].map { $0.sequence >= position.sequence || lost.contains(position.origin) } ?? true
    }

    /// The name was taken over by a node that died, with all who knew more of it: its last host's claim is all that is
    /// left of it, and stays.
    private func isTakenToTheGrave(_ operation: Operation, of origin: NodeID) -> Bool {
        guard case .release(_, let successor) = operation, !isAlive(origin) else { return false }
        return logs[successor.origin].map { $0.sequence < successor.sequence } ?? false
    }

    private mutating func apply(_ operation: Operation, to origin: NodeID) {
        if isTakenToTheGrave(operation, of: origin) {
            logs[origin]?.skip(operation)
            return
        }
        guard let (old, new) = logs[origin]?.append(operation) else { return }
        let name = operation.name
        var all = claims(on: name).filter { $0.host != origin }
        if case .remove(_, let others) = operation {
            if let old { noteEnd(of: old) }
            for birth in others + (old.map { [$0.birth] } ?? []) where endBirth(birth, of: name, among: all) {
                logs[origin]?.noteEnding(EndedClaim(name: name, birth: birth))
            }
        }
        if case .release = operation, let old, !all.contains(where: { $0.birth == old.birth }) {
            concededBirths.add(old.birth)
        }
        if let new {
            if case .put(_, let cites) = operation { judge(new, old: old, cites: cites, others: all) }
            all.append(new)
        } else {
            ended[origin]?.remove(name)
        }
        setClaims(all, of: name)
    }

    /// The name was unregistered: no claim of its birth counts any more. Says whether there is one.
    private mutating func endBirth(_ birth: LogPosition, of name: String, among claims: [Claim]) -> Bool {
        endedBirths.add(birth)
        let ending = claims.filter { $0.birth == birth }
        for claim in ending { ended[claim.host, default: []].insert(name) }
        return !ending.isEmpty
    }

    /// A claim whose birth this replica covers, but of which it has no claim that counts, is of an ended name.
    ///
    /// Absence proves that only where the chain of claims was seen: the birth and the claim that this one follows
    /// (`cites`) came by deltas, and nothing is known to be missing. A snapshot of a log that the name has passed
    /// through skips the release that would have waited for this very claim. And a registration that gave way to another
    /// one is not ended.
    private mutating func judge(_ claim: Claim, old: Claim?, cites: LogPosition?, others: [Claim]) {
        if let old, old.birth == claim.birth { return }
        ended[claim.host]?.remove(claim.name)
        if endedBirths.contains(claim.birth) {
            ended[claim.host, default: []].insert(claim.name)
            return
        }
        // Started again, before its host heard that it had given way.
        guard !concededBirths.contains(claim.birth) else { return }
        let isKnown = others.contains { $0.birth == claim.birth && counts($0) }
        // The update of an entry that is not there: it was left out of a snapshot of this log because it had ended.
        if cites == nil, claim.birth != claim.position, !isKnown {
            ended[claim.host, default: []].insert(claim.name)
            return
        }
        guard claim.birth.origin != claim.host, isComplete, covers(claim.birth) else { return }
        if let cites, !covers(cites) { return }
        if !isKnown { ended[claim.host, default: []].insert(claim.name) }
    }

    /// Whether this replica saw all that followed the birth in its log, so that absence means unregistered.
    package func covers(_ birth: LogPosition) -> Bool {
        guard let log = logs[birth.origin] else { return false }
        return birth.sequence <= log.sequence && birth.sequence > log.floor
    }

    /// Another node says that this own claim's birth has ended.
    package mutating func end(ownClaim name: String, birth: LogPosition) -> Bool {
        guard let claim = ownClaim(name), claim.birth == birth else { return false }
        ended[node, default: []].insert(name)
        return true
    }

    /// Claims of `host` that do not count, at most `limit`: it is to be told.
    package func endedClaims(of host: NodeID, limit: Int) -> [EndedClaim] {
        guard let names = ended[host], !names.isEmpty, let claims = logs[host]?.claims else { return [] }
        return names.sorted().prefix(limit).compactMap { name in
            claims[name].map { EndedClaim(name: name, birth: $0.birth) }
        }
    }

    // MARK: Snapshots

    /// Becomes, for one origin, what a complete snapshot says, if that is newer (or `whole`: equal but different).
    package mutating func install(
        _ assembly: SnapshotAssembly, manifest: SnapshotChunk.Manifest, whole: Bool, isFromOrigin: Bool
    ) -> Bool {
        let origin = assembly.origin
        guard origin != node else { return false }
        know(origin)
        let have = sequence(of: origin)
        guard assembly.sequence > have || (whole && assembly.sequence == have) else { return false }
        let changed =
            logs[origin]?.replaceAll(
                with: assembly.claims, sequence: assembly.sequence, digest: manifest.digest,
                isFromOrigin: isFromOrigin) ?? []
        for name in changed {
            var all = claims(on: name)
            let old = all.firstIndex { $0.host == origin }.map { all.remove(at: $0) }
            if let old, assembly.claims[name] == nil { noteEnd(of: old) }
            // That the old claim had ended says nothing of a later registration.
            if assembly.claims[name]?.birth != old?.birth { ended[origin]?.remove(name) }
            if let claim = assembly.claims[name] {
                all.append(claim)
                if endedBirths.contains(claim.birth) { ended[origin, default: []].insert(name) }
            }
            setClaims(all, of: name)
        }
        let known = manifest.ended.isEmpty ? [] : Set(logs[origin]?.endings ?? [])
        for claim in manifest.ended {
            // Each snapshot of the log says it again.
            if !known.contains(claim) { logs[origin]?.noteEnding(claim) }
            guard !endedBirths.contains(claim.birth) else { continue }
            if endBirth(claim.birth, of: claim.name, among: claims(on: claim.name)) { refresh(claim.name) }
        }
        require(manifest.positions.filter { isAlive($0.origin) })
        settleRequirement(of: origin)
        held[origin] = nil
        drainAll()
        return true
    }
}
