import SwarmCore

extension ProtoRepair {
    init(_ repair: RepairRequest, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        origin = try tables.node(repair.origin)
        after = try Check.counter(repair.after, "sequence")
        whole = repair.whole
    }

    func decoded(_ tables: TableReader) throws(WireError) -> RepairRequest {
        RepairRequest(
            origin: try tables.node(origin), after: try Check.counter(after, "sequence"), whole: whole)
    }
}

extension ProtoSnapshot {
    init(_ chunk: SnapshotChunk, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        origin = try tables.node(chunk.origin)
        sequence = try Check.counter(chunk.sequence, "sequence")
        id = chunk.id
        index = chunk.index
        count = chunk.count
        try checkIndex()
        var claims = ClaimColumns(capacity: chunk.claims.count)
        for claim in chunk.claims { try claims.append(claim, &tables) }
        if let claims = try claims.proto() { self.claims = claims }
        if let manifest = chunk.manifest { self.manifest = try ProtoSnapshotManifest(manifest, &tables) }
    }

    func decoded(_ tables: TableReader) throws(WireError) -> SnapshotChunk {
        try checkIndex()
        return SnapshotChunk(
            origin: try tables.node(origin), sequence: try Check.counter(sequence, "sequence"), id: id, index: index,
            count: count, claims: try claims.decoded(tables),
            manifest: hasManifest ? try manifest.decoded(tables) : nil)
    }

    private func checkIndex() throws(WireError) {
        try Check.count(Int(count), atMost: WireLimits.chunks, "chunks of a snapshot")
        guard index < count else { throw .malformed("chunk \(index) of \(count)") }
    }
}

extension ProtoSnapshotManifest {
    init(_ manifest: SnapshotChunk.Manifest, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        digest = manifest.digest
        count = try Check.counter(manifest.count, "entries of a snapshot")
        positions = try ProtoPositions(manifest.positions, &tables)
        if !manifest.ended.isEmpty { ended = try ProtoEnded(manifest.ended, &tables) }
    }

    func decoded(_ tables: TableReader) throws(WireError) -> SnapshotChunk.Manifest {
        SnapshotChunk.Manifest(
            digest: digest, count: try Check.counter(count, "entries of a snapshot"),
            positions: try positions.decoded(tables), ended: try ended.decoded(tables))
    }
}

extension ProtoAcknowledge {
    init(upTo sequence: UInt64) throws(WireError) {
        self.init()
        upTo = try Check.counter(sequence, "sequence")
    }

    func decoded() throws(WireError) -> UInt64 { try Check.counter(upTo, "sequence") }
}

extension ProtoEnded {
    init(_ claims: [EndedClaim], _ tables: inout TableWriter) throws(WireError) {
        self.init()
        for claim in claims { try Check.name(claim.name) }
        names = claims.map(\.name)
        births = try ProtoPositions(claims.map(\.birth), &tables)
    }

    func decoded(_ tables: TableReader) throws(WireError) -> [EndedClaim] {
        let births = try births.decoded(tables)
        guard names.count == births.count else { throw .malformed("ended claims without name or birth") }
        var claims: [EndedClaim] = []
        claims.reserveCapacity(names.count)
        for (name, birth) in zip(names, births) {
            claims.append(EndedClaim(name: try Check.name(name), birth: birth))
        }
        return claims
    }
}
