package import HashTreeCollections

/// Collects the chunks of one snapshot; nothing of it is seen before the manifest proves it complete.
package struct SnapshotAssembly: Sendable {
    package let origin: NodeID
    package let sequence: UInt64
    package let id: UInt64
    package private(set) var claims: TreeDictionary<String, Claim> = [:]
    private var missing: Set<UInt32>
    private var manifest: SnapshotChunk.Manifest?

    /// More chunks than this (of 512 KiB each) are refused.
    package static let chunkLimit: UInt32 = 65_536

    package init?(_ chunk: SnapshotChunk) {
        guard chunk.count > 0, chunk.count <= Self.chunkLimit, chunk.index < chunk.count else { return nil }
        origin = chunk.origin
        sequence = chunk.sequence
        id = chunk.id
        missing = Set(0..<chunk.count)
    }

    /// Adds a chunk of this snapshot; others are ignored.
    package mutating func add(_ chunk: SnapshotChunk) {
        guard chunk.id == id, chunk.origin == origin, chunk.sequence == sequence,
            missing.remove(chunk.index) != nil
        else { return }
        for claim in chunk.claims where claim.host == origin { claims[claim.name] = claim }
        if let manifest = chunk.manifest { self.manifest = manifest }
    }

    /// The manifest, once all chunks are there and what they hold is what it says.
    package var completed: SnapshotChunk.Manifest? {
        guard missing.isEmpty, let manifest, manifest.count == UInt64(claims.count),
            manifest.digest == OriginLog.digest(of: claims.values)
        else { return nil }
        return manifest
    }

    /// All chunks are there but do not add up: the snapshot is to be asked for again.
    package var isBroken: Bool { missing.isEmpty && completed == nil }
}
