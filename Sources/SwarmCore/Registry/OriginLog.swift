import DequeModule
package import HashTreeCollections

/// One node's log as this replica has it: the fold of its operations, a bounded tail of them, and digests.
///
/// `claims` depends on nothing but the log, so that two replicas at one sequence hold the same, digest for digest.
/// Whether a claim counts is the registry's affair.
package struct OriginLog: Sendable {
    package let node: NodeID
    /// The last operation applied; all before it are too.
    package private(set) var sequence: UInt64 = 0
    package private(set) var claims: TreeDictionary<String, Claim> = [:]
    package private(set) var digest: UInt64 = 0
    /// Births at or below this came by a snapshot: that they are absent proves nothing (they may have moved on).
    package private(set) var floor: UInt64 = 0
    /// False after another node's snapshot of it, which may leave out what has ended, and after operations were skipped.
    package private(set) var isFromOrigin = true
    /// Operations that came too early, or wait for a position of another log.
    package private(set) var pending: [UInt64: Operation] = [:]
    /// What this log ended of others' claims, the last ones. They go along with a snapshot, which may skip the removals.
    package var endings: [EndedClaim] { Array(recentEndings) }
    private var recentEndings: Deque<EndedClaim> = []
    private var tail: Deque<Operation> = []
    private var notes: Deque<DigestNote> = []
    private let tailLimit: Int

    /// More waiting operations than this are dropped and repaired later.
    static let pendingLimit = 16_384
    /// Digests are noted at multiples of this, so that they can be compared under steady writes.
    static let noteInterval: UInt64 = 256
    private static let noteLimit = 16
    /// More of them go early. A claim that comes back all the same is ended when a node that knows meets it.
    static let endingLimit = 4_096

    package init(node: NodeID, tailLimit: Int) {
        self.node = node
        self.tailLimit = tailLimit
    }

    /// The operations after `sequence`, at most `limit`, or nil where the tail does not reach back so far.
    package func operations(after: UInt64, limit: Int) -> [Operation]? {
        let oldest = sequence - UInt64(tail.count)
        guard after >= oldest, after <= sequence else { return nil }
        return Array(tail.dropFirst(Int(after - oldest)).prefix(limit))
    }

    /// How many operations the tail holds.
    package var tailCount: Int { tail.count }

    /// Applies the operation that follows. Returns the claim on its name before and after.
    mutating func append(_ operation: Operation) -> (old: Claim?, new: Claim?) {
        let name = operation.name
        let old = claims[name]
        sequence += 1
        let new: Claim? =
            switch operation {
            case .put(let claim, _): claim
            case .moving(_, let move): old?.with(move: move, sequence: sequence)
            case .settled(_, let attempt):
                old.map { $0.move?.attempt == attempt ? $0.with(move: nil, sequence: sequence) : $0 }
            case .release, .remove: nil
            }
        replace(name, old: old, new: new)
        tail.append(operation)
        if tail.count > tailLimit { tail.removeFirst() }
        if sequence % Self.noteInterval == 0 { note() }
        return (old, new)
    }

    /// Counts the operation that follows without carrying it out. Only in the logs of dead nodes, whose digests nobody
    /// compares.
    mutating func skip(_ operation: Operation) {
        isFromOrigin = false
        sequence += 1
        tail.append(operation)
        if tail.count > tailLimit { tail.removeFirst() }
    }

    private mutating func replace(_ name: String, old: Claim?, new: Claim?) {
        if let old { digest &-= Self.hash(of: old) }
        if let new {
            digest &+= Self.hash(of: new)
            claims[name] = new
        } else if old != nil {
            claims.removeValue(forKey: name)
        }
    }

    /// A claim is identified by its name and the operation that wrote it.
    static func hash(of claim: Claim) -> UInt64 {
        var hash = StableHash(seed: claim.sequence)
        hash.combine(claim.name)
        hash.combine(claim.token.clock)
        return hash.finalize()
    }

    package static func digest(of claims: some Sequence<Claim>) -> UInt64 {
        claims.reduce(into: 0) { $0 &+= hash(of: $1) }
    }

    private mutating func note() {
        notes.append(currentNote)
        if notes.count > Self.noteLimit { notes.removeFirst() }
    }

    package var currentNote: DigestNote {
        DigestNote(sequence: sequence, digest: digest, count: UInt64(claims.count))
    }

    /// The last digest noted under way, for heartbeats while writes go on.
    package var lastNote: DigestNote? { notes.last }

    /// True or false where a digest for that sequence is known, else nil.
    package func agrees(with note: DigestNote) -> Bool? {
        if note.sequence == sequence { return note == currentNote }
        return notes.first { $0.sequence == note.sequence }.map { $0 == note }
    }

    /// An operation of this log has ended a claim in another one.
    mutating func noteEnding(_ claim: EndedClaim) {
        recentEndings.append(claim)
        if recentEndings.count > Self.endingLimit { recentEndings.removeFirst() }
    }

    // MARK: Waiting operations

    /// Keeps operations that cannot be applied yet. False: no room, they are dropped.
    mutating func postpone(_ operations: some Sequence<(UInt64, Operation)>) -> Bool {
        for (position, operation) in operations where position > sequence && pending[position] == nil {
            guard pending.count < Self.pendingLimit else { return false }
            pending[position] = operation
        }
        return true
    }

    mutating func takePending() -> Operation? { pending.removeValue(forKey: sequence + 1) }

    // MARK: Snapshots

    /// Becomes what a snapshot says. Returns the names that changed.
    mutating func replaceAll(
        with claims: TreeDictionary<String, Claim>, sequence: UInt64, digest: UInt64, isFromOrigin: Bool
    ) -> [String] {
        self.isFromOrigin = isFromOrigin
        var changed: [String] = []
        for name in self.claims.keys where claims[name] == nil { changed.append(name) }
        for (name, claim) in claims where self.claims[name] != claim { changed.append(name) }
        self.claims = claims
        self.sequence = sequence
        self.digest = digest
        floor = sequence
        tail.removeAll()
        notes.removeAll()
        pending = pending.filter { $0.key > sequence }
        return changed.sorted()
    }
}
