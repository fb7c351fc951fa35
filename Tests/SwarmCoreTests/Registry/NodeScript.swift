import IntervalTreeClocks
import SwarmCore

/// Writes one node's log as a node does: contiguous, with stamps made of the claims that it knew.
struct NodeScript {
    let node: NodeID
    private var id: IntervalTreeClock.ID
    private(set) var operations: [Operation] = []

    private static let universe = Universe(generation: 1, id: 1)

    /// Nodes of these names, with parts of one seed.
    static func scripts(_ names: String...) -> [NodeScript] {
        var rest = IntervalTreeClock.ID.seed
        return names.map { NodeScript(node: NodeID(name: $0, incarnation: 1), id: rest.split()) }
    }

    private init(node: NodeID, id: IntervalTreeClock.ID) {
        self.node = node
        self.id = id
    }

    /// Where the next operation will stand.
    var next: LogPosition { LogPosition(origin: node, sequence: UInt64(operations.count) + 1) }

    /// A claim made in the knowledge of others: it dominates them.
    mutating func put(
        _ name: String, token clock: UInt64, birth: LogPosition? = nil, knowing known: [Claim] = [],
        metadata: [String: String] = [:], cites: LogPosition? = nil, isParked: Bool = false
    ) -> Claim {
        var events = IntervalTreeClock.Events.zero
        for claim in known { events.join(claim.stamp.events) }
        var stamp = IntervalTreeClock(id: id, events: events)
        stamp.event()
        let claim = Claim(
            name: name, host: node, workerID: isParked ? 0 : next.sequence, sequence: next.sequence, kind: "counter",
            arguments: [],
            groups: [], metadata: metadata, stamp: Stamp(universe: Self.universe, events: stamp.events),
            token: Token(clock: clock, node: node), birth: birth ?? known.first?.birth ?? next,
            request: RequestID(node: node, number: next.sequence))
        operations.append(.put(claim, cites: cites))
        return claim
    }

    /// The same ownership with other metadata.
    mutating func update(_ claim: Claim, knowing known: [Claim] = [], metadata: [String: String]) -> Claim {
        put(
            claim.name, token: claim.token.clock, birth: claim.birth, knowing: [claim] + known, metadata: metadata)
    }

    mutating func remove(_ name: String, alsoEnds: [LogPosition] = []) {
        operations.append(.remove(name: name, alsoEnds: alsoEnds))
    }

    mutating func release(_ name: String, to successor: Claim) {
        operations.append(.release(name: name, successor: successor.position))
    }

    mutating func move(_ claim: Claim, to host: NodeID, token clock: UInt64) -> Claim {
        let move = Move(to: host, attempt: 1, token: Token(clock: clock, node: node), sequence: next.sequence)
        let moving = claim.with(move: move, sequence: next.sequence)
        operations.append(.moving(name: claim.name, move))
        return moving
    }

    /// What it broadcasts, from operation `first` on.
    func delta(from first: UInt64 = 1) -> Delta {
        Delta(origin: node, first: first, operations: Array(operations.dropFirst(Int(first) - 1)))
    }

    /// A snapshot of its log, in which these claims stand, and which has ended these others.
    func snapshot(_ claims: Claim..., ended: [EndedClaim] = []) -> SnapshotChunk {
        SnapshotChunk(
            origin: node, sequence: UInt64(operations.count), id: 1, index: 0, count: 1, claims: claims,
            manifest: .init(
                digest: OriginLog.digest(of: claims), count: UInt64(claims.count), positions: [], ended: ended))
    }
}

extension Registry {
    /// The replica of `node`, which has all hosts for alive.
    static func replica(of node: NodeScript, hosts: [NodeScript]) -> Registry {
        var registry = Registry(node: node.node)
        for host in hosts { registry.revive(host.node) }
        return registry
    }

    /// A snapshot, complete in one chunk.
    mutating func install(_ chunk: SnapshotChunk) -> Bool {
        guard var assembly = SnapshotAssembly(chunk) else { return false }
        assembly.add(chunk)
        guard let manifest = assembly.completed else { return false }
        return install(assembly, manifest: manifest, whole: false, isFromOrigin: true)
    }

    /// What `script` wrote: its own, or what arrived of another's.
    mutating func take(_ script: NodeScript) {
        let have = sequence(of: script.node)
        if script.node == node {
            for operation in script.operations.dropFirst(Int(have)) { write(operation) }
        } else if script.operations.count > have {
            _ = receive(script.delta(from: have + 1))
        }
    }
}
