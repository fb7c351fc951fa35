import IntervalTreeClocks

/// Clock ids: forks, retirement, universes. Nothing of safety hangs on them: tokens decide between universes.
extension Tracker {
    /// An id given to a joining node; the same question gets the same answer.
    struct Grant: Sendable {
        let universe: Universe
        let id: IntervalTreeClock.ID
    }

    static let grantLimit = 1_024
    /// When any id takes more bits than this, or a stamp twice as many, a fresh universe is opened.
    static let idBitLimit: UInt32 = 192

    // MARK: Ids

    /// A node joins: it gets a part of this one's id, once; so much that all members could have as much.
    mutating func fork(for asker: NodeID, knowing known: Universe?) {
        guard isReady, let universe, !clockID.isNone, known.map({ $0 < universe }) ?? true else { return }
        if let grant = grants[asker], grant.universe == universe {
            return send(.forkGrant(universe, grant.id), to: asker)
        }
        guard grants.count < Self.grantLimit || grants[asker] != nil else {
            if let oldest = grants.keys.min() { grants[oldest] = nil }
            return
        }
        let crowd = membership.workerNodes.count
        let id = clockID.carve(depth: Int.bitWidth - crowd.leadingZeroBitCount + 1)
        // Too deep to be split once more; a fresh universe is on its way.
        guard !id.isNone else { return }
        grants[asker] = Grant(universe: universe, id: id)
        freshStamp = nil
        count(.forksGiven)
        send(.forkGrant(universe, id), to: asker)
    }

    /// An id was granted. Of a second grant nothing is used: it is lost, never given twice.
    mutating func adopt(_ universe: Universe, _ id: IntervalTreeClock.ID) {
        guard !id.isNone, self.universe.map({ $0 < universe }) ?? true else { return }
        enter(universe, id)
        superviseReadiness()
    }

    private mutating func enter(_ universe: Universe, _ id: IntervalTreeClock.ID) {
        if self.universe != nil { count(.universeChanges) }
        self.universe = universe
        clockID = id
        grants = [:]
        freshStamp = nil
        largestStamp = 0
        agreedBeats = 0
    }

    /// How far the clock has grown, in bits: the id, or half of the largest stamp that was written with it.
    var clockBits: UInt32 { UInt32(clamping: max(clockID.bitCount, largestStamp / 2)) }

    mutating func takeBack(_ universe: Universe, _ id: IntervalTreeClock.ID, of giver: NodeID) {
        guard universe == self.universe, retired.insert(giver).inserted else { return }
        if retired.count > Self.grantLimit { retired = [giver] }
        var joined = clockID
        guard (try? joined.join(id)) != nil else { return }
        clockID = joined
        freshStamp = nil
    }

    // MARK: Universes

    mutating func noticeUniverse(_ other: Universe?, of node: NodeID, isReady: Bool) {
        guard let other, isReady, !membership.own.isClient, let universe, universe < other else { return }
        send(.forkRequest(universe), to: node)
    }

    /// Ids that were lost make the others deep, and leave their marks in stamps. The healthy node with the lowest id then
    /// opens a fresh universe.
    mutating func superviseUniverse() {
        let placements = membership.workerNodes.compactMap { membership.members[$0]?.heartbeat?.placement }
        let isAgreed = isReady && membership.health.isHealthy && placements.allSatisfy { $0 == layouts.digest }
        agreedBeats = isAgreed ? agreedBeats + 1 : 0
        guard agreedBeats >= 1, let universe, membership.workerNodes.first == node else { return }
        let deepest = membership.live.compactMap { membership.members[$0]?.heartbeat?.idBits }.max() ?? 0
        let crowd = UInt32(clamping: membership.workerNodes.count)
        // Even a balanced split over n nodes needs some bits per doubling.
        let limit = Self.idBitLimit + 16 * UInt32(32 - crowd.leadingZeroBitCount)
        let grown = max(deepest, clockBits)
        // Where members come and go all the time nobody can wait for long.
        guard grown > limit, agreedBeats >= 10 || grown > limit / 2 * 3 else { return }
        guard universe.generation < Universe.generationLimit else { return }
        log(.info, "clock ids have grown deep; a fresh universe is opened")
        enter(Universe(generation: universe.generation + 1, id: random.next()), .seed)
        count(.universeChanges)
    }

    /// The first universe of a cluster, or of a part of it.
    mutating func seedUniverse() {
        let highest = membership.live.compactMap { membership.members[$0]?.heartbeat?.universe?.generation }.max() ?? 0
        enter(Universe(generation: min(highest + 1, Universe.generationLimit), id: random.next()), .seed)
    }

    // MARK: Stamps

    /// The stamp of an operation on a name: the join of the trees of the claims known on it, and an event.
    mutating func stamp(for claims: [Claim]) -> Stamp {
        let universe = universe ?? Universe(generation: 0, id: 0)
        let known = claims.filter { $0.stamp.universe == universe }
        if known.isEmpty, let freshStamp { return freshStamp }
        var events = IntervalTreeClock.Events.zero
        for claim in known { events.join(claim.stamp.events) }
        var clock = IntervalTreeClock(id: clockID, events: events)
        clock.event()
        let stamp = Stamp(universe: universe, events: clock.events)
        largestStamp = max(largestStamp, clock.events.encoded().count * 8)
        if known.isEmpty { freshStamp = stamp }
        return stamp
    }
}
