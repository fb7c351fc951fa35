import HashTreeCollections

/// All that this replica knows of all names: the logs of all nodes, and which claim on each name is visible.
///
/// - A claim **counts** unless its birth has ended (the name was unregistered).
/// - Among those that count, the one with the highest token **wins**; tokens grow along every causal chain, so a
///   superseding claim always wins, and of concurrent ones the same wins everywhere.
/// - The **visible** claim is the one with the highest token among those whose host is alive and whose worker runs.
/// - A name whose claims that count all belong to dead hosts is an **orphan**.
package struct Registry: Sendable {
    package let node: NodeID
    package internal(set) var logs: [NodeID: OriginLog] = [:]
    package internal(set) var view = RegistryView()
    /// All claims of a name, sorted by host, unless there is just the visible one.
    var rivals: [String: [Claim]] = [:]
    /// Live members; the claims of all other hosts are hidden.
    package internal(set) var hosts: Set<NodeID> = []
    /// Claims whose birth ended, by host.
    package internal(set) var ended: [NodeID: Set<String>] = [:]
    /// Restartable names without a live claim.
    package internal(set) var orphans: Set<String> = []
    /// Names touched since the tracker last looked, in order.
    package internal(set) var touched: [String] = []
    /// What lookups see otherwise since the tracker last looked, in order.
    private var changes: [VisibleChange] = []
    /// Positions that must be reached before this replica may speak with authority (see `isComplete`).
    package internal(set) var required: [NodeID: UInt64] = [:]
    /// Births that were removed. What a replica got by snapshots proves nothing by absence: a claim of such a birth that
    /// turns up later, in the log of a node that was away, is known by this.
    var endedBirths = RecentSet<LogPosition>(limit: 100_000)
    /// Births whose last claim that is known here gave way to another registration: that there is none says nothing.
    var concededBirths = RecentSet<LogPosition>(limit: 100_000)
    private(set) var endedTokens = EndedTokens()
    /// Logs of dead nodes of which nobody alive has more: positions in them count as reached.
    var lost: Set<NodeID> = []
    /// Logs whose deltas wait for a snapshot that sets them right, and until when (uptime).
    var held: [NodeID: UInt64] = [:]
    let ownTailLimit: Int
    let replicaTailLimit: Int

    package init(node: NodeID, ownTailLimit: Int = 65_536, replicaTailLimit: Int = 8_192) {
        self.node = node
        self.ownTailLimit = ownTailLimit
        self.replicaTailLimit = replicaTailLimit
        logs[node] = OriginLog(node: node, tailLimit: ownTailLimit)
    }

    package var own: OriginLog { logs[node] ?? OriginLog(node: node, tailLimit: ownTailLimit) }

    package func sequence(of origin: NodeID) -> UInt64 { logs[origin]?.sequence ?? 0 }

    /// What this replica has of all logs, sorted.
    package var positions: [LogPosition] {
        logs.values.map { LogPosition(origin: $0.node, sequence: $0.sequence) }.sorted()
    }

    /// This node's own claim on a name.
    package func ownClaim(_ name: String) -> Claim? { logs[node]?.claims[name] }

    /// All claims on a name, those that do not count too.
    package func claims(on name: String) -> [Claim] {
        if let all = rivals[name] { return all }
        return view[name].map { [$0] } ?? []
    }

    package func counts(_ claim: Claim) -> Bool { !(ended[claim.host]?.contains(claim.name) ?? false) }

    /// The claim with the highest token among those that count, alive or not.
    package func winner(of name: String) -> Claim? {
        claims(on: name).filter(counts).max { Self.loses($0, to: $1) }
    }

    /// The highest token of all claims on the name, those that do not count and those that are gone too.
    package func highestToken(of name: String) -> Token? {
        let known = claims(on: name).map(\.token).max()
        guard let gone = endedTokens[name] else { return known }
        return known.map { max($0, gone) } ?? gone
    }

    mutating func noteEnd(of claim: Claim) { endedTokens.note(claim.token, of: claim.name) }

    /// The winner among the claims of live hosts, parked ones too.
    package func liveWinner(of name: String) -> Claim? {
        Self.winner(among: claims(on: name).filter { counts($0) && isAlive($0.host) })
    }

    /// The highest token, but a claim whose worker runs wins over those that wait for theirs: there is nothing to be
    /// lost at them, and starting one would make two. Of a move's two ends only the successor stands.
    private static func winner(among claims: [Claim]) -> Claim? {
        guard claims.count > 1 else { return claims.first }
        let standing = claims.filter { claim in !claims.contains { $0.succeeds(claim) } }
        let running = standing.filter { !$0.isParked }
        return (running.isEmpty ? standing : running).max { loses($0, to: $1) }
    }

    static func loses(_ left: Claim, to right: Claim) -> Bool {
        left.token == right.token ? left.host < right.host : left.token < right.token
    }

    /// More logs than this are not taken in: those of the members, of the buried, and room for what is cited.
    static let logCountLimit = 16_384

    /// Makes a log known without having any of it.
    package mutating func know(_ origin: NodeID) {
        guard logs[origin] == nil, logs.count < Self.logCountLimit else { return }
        logs[origin] = OriginLog(node: origin, tailLimit: replicaTailLimit)
    }

    // MARK: Authority

    /// Before this replica may answer "no such name", it must have reached all these positions.
    package mutating func require(_ positions: [LogPosition]) {
        for position in positions where position.origin != node {
            know(position.origin)
            guard sequence(of: position.origin) < position.sequence else { continue }
            required[position.origin] = max(required[position.origin] ?? 0, position.sequence)
        }
    }

    package var isComplete: Bool { required.isEmpty }

    mutating func settleRequirement(of origin: NodeID) {
        if let wanted = required[origin], sequence(of: origin) >= wanted { required[origin] = nil }
    }

    /// A position that nobody alive can supply is no longer waited for.
    package mutating func giveUpRequirement(of origin: NodeID) { required[origin] = nil }

    /// The log is wrong: its deltas wait until a snapshot has replaced it, or the time is over.
    package mutating func hold(_ origin: NodeID, until: UInt64) { held[origin] = until }

    /// Lets logs go on whose snapshot did not come.
    package mutating func releaseHeld(now: UInt64) {
        for origin in held.filter({ now >= $0.value }).keys.sorted() {
            held[origin] = nil
            _ = drain(from: origin)
        }
    }

    func isLost(_ origin: NodeID) -> Bool { lost.contains(origin) }

    /// Nobody alive can supply more of this dead node's log: what cites it goes on without it.
    package mutating func giveUp(_ origin: NodeID) {
        guard !isAlive(origin), logs[origin] != nil, lost.insert(origin).inserted else { return }
        required[origin] = nil
        drainAll()
    }

    /// Goes on with all logs that wait for something: it may be there.
    mutating func drainAll() {
        for waiting in logs.values.filter({ !$0.pending.isEmpty }).map(\.node).sorted() { _ = drain(from: waiting) }
    }

    // MARK: Life and death of hosts

    package func isAlive(_ host: NodeID) -> Bool { host == node || hosts.contains(host) }

    /// Hides the claims of a host that died.
    package mutating func bury(_ host: NodeID) {
        guard hosts.remove(host) != nil else { return }
        refresh(claimsOf: host)
    }

    /// A host is alive, for the first time or again.
    package mutating func revive(_ host: NodeID) {
        know(host)
        guard hosts.insert(host).inserted else { return }
        // It has its log, whoever else had given up more of it.
        lost.remove(host)
        refresh(claimsOf: host)
    }

    private mutating func refresh(claimsOf host: NodeID) {
        guard let claims = logs[host]?.claims else { return }
        for name in claims.keys.sorted() { refresh(name) }
    }

    /// Drops everything of a dead host whose burial has aged out.
    package mutating func forget(_ host: NodeID) {
        guard !isAlive(host), let log = logs.removeValue(forKey: host) else { return }
        lost.remove(host)
        ended[host] = nil
        required[host] = nil
        for name in log.claims.keys.sorted() {
            log.claims[name].map { noteEnd(of: $0) }
            setClaims(claims(on: name).filter { $0.host != host }, of: name)
        }
    }

    /// The name is to be looked at again.
    package mutating func touch(_ name: String) { refresh(name) }

    /// Names touched since the last call, without duplicates.
    package mutating func takeTouched() -> [String] {
        defer { touched.removeAll(keepingCapacity: true) }
        guard touched.count > 1 else { return touched }
        var seen: Set<String> = []
        return touched.filter { seen.insert($0).inserted }
    }

    /// What became visible since the last call, in order.
    package mutating func takeChanges() -> [VisibleChange] {
        defer { changes.removeAll() }
        return changes
    }

    // MARK: Visibility

    /// `claims` are now all claims on the name.
    mutating func setClaims(_ claims: [Claim], of name: String) {
        let alive = claims.filter { counts($0) && isAlive($0.host) }
        let best = Self.winner(among: alive)
        let visible = best.flatMap { $0.isParked ? nil : $0 }
        if let change = VisibleChange(
            from: view[name], to: visible, name: name, exists: claims.contains(where: counts))
        {
            changes.append(change)
        }
        view.show(visible, for: name)
        if claims.isEmpty || (claims.count == 1 && visible != nil) {
            rivals.removeValue(forKey: name)
        } else {
            rivals[name] = claims.sorted { $0.host < $1.host }
        }
        let isOrphan = best == nil && claims.contains { counts($0) && $0.isRestartable }
        if isOrphan { orphans.insert(name) } else { orphans.remove(name) }
        touched.append(name)
    }

    mutating func refresh(_ name: String) { setClaims(claims(on: name), of: name) }
}
