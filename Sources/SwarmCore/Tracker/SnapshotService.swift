import HashTreeCollections

/// A snapshot on its way to one node, sent in portions so that it neither floods a lane nor fills memory.
struct SnapshotService: Sendable {
    let to: NodeID
    let origin: NodeID
    let sequence: UInt64
    let id: UInt64
    let manifest: SnapshotChunk.Manifest
    private let chunks: [Range<Int>]
    private let claims: [Claim]
    private var next = 0

    /// Claims of about this many bytes go into one chunk.
    static let chunkBytes = 256 * 1024
    static let chunksPerPace = 8
    /// At a time; who asks beyond it asks again later.
    static let limit = 4
    /// Those of so few claims are sent at once, whatever is under way.
    static let small = 64

    init(of log: OriginLog, without ended: Set<String>, to: NodeID, id: UInt64, positions: [LogPosition]) {
        self.to = to
        self.id = id
        origin = log.node
        sequence = log.sequence
        claims = log.claims.values.filter { !ended.contains($0.name) }.sorted { $0.sequence < $1.sequence }
        manifest = SnapshotChunk.Manifest(
            digest: OriginLog.digest(of: claims), count: UInt64(claims.count), positions: positions,
            ended: log.endings)
        var chunks: [Range<Int>] = []
        var start = 0
        var size = 0
        for (index, claim) in claims.enumerated() {
            size += Self.size(of: claim)
            if size >= Self.chunkBytes {
                chunks.append(start..<index + 1)
                start = index + 1
                size = 0
            }
        }
        if start < claims.count || chunks.isEmpty { chunks.append(start..<claims.count) }
        self.chunks = chunks
    }

    private static func size(of claim: Claim) -> Int {
        let groups = claim.groups.reduce(0) { $0 + $1.utf8.count + 2 }
        let metadata = claim.metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 4 }
        return 128 + claim.name.utf8.count + claim.arguments.count + groups + metadata
    }

    /// The next portion; empty when all has been sent.
    mutating func portion() -> [SnapshotChunk] {
        let end = min(next + Self.chunksPerPace, chunks.count)
        defer { next = end }
        return (next..<end).map { index in
            SnapshotChunk(
                origin: origin, sequence: sequence, id: id, index: UInt32(index), count: UInt32(chunks.count),
                claims: Array(claims[chunks[index]]), manifest: index == chunks.count - 1 ? manifest : nil)
        }
    }

    var isDone: Bool { next >= chunks.count }
}
