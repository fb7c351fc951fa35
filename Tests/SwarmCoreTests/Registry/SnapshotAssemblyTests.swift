import HashTreeCollections
import SwarmCore
import Testing

@Suite("Snapshots in chunks")
struct SnapshotAssemblyTests {
    private let chunks: [SnapshotChunk]

    init() {
        var script = NodeScript.scripts("a")[0]
        let claims = ["x", "y", "z"].map { script.put($0, token: 5) }
        let manifest = SnapshotChunk.Manifest(digest: OriginLog.digest(of: claims), count: 3, positions: [])
        chunks = claims.indices.map {
            SnapshotChunk(
                origin: script.node, sequence: 3, id: 1, index: UInt32($0), count: 3, claims: [claims[$0]],
                manifest: $0 == 2 ? manifest : nil)
        }
    }

    @Test(
        "it is complete with the last of its chunks, in whatever order they come", arguments: [[0, 1, 2], [2, 0, 1]])
    func completeWithAll(order: [Int]) throws {
        var assembly = try #require(SnapshotAssembly(chunks[order[0]]))
        for (number, index) in order.enumerated() {
            #expect(assembly.completed == nil)
            assembly.add(chunks[index])
            // Twice is as good as once.
            assembly.add(chunks[index])
            #expect((assembly.completed != nil) == (number == 2))
        }
        #expect(assembly.claims.count == 3 && !assembly.isBroken)
    }

    @Test("what does not add up is broken, and never complete")
    func broken() throws {
        var assembly = try #require(SnapshotAssembly(chunks[0]))
        assembly.add(chunks[0])
        let empty = SnapshotChunk(
            origin: chunks[1].origin, sequence: 3, id: 1, index: 1, count: 3, claims: [], manifest: nil)
        assembly.add(empty)
        #expect(!assembly.isBroken)
        assembly.add(chunks[2])
        #expect(assembly.completed == nil && assembly.isBroken)
    }

    @Test("chunks of another snapshot are not taken in")
    func otherSnapshot() throws {
        var assembly = try #require(SnapshotAssembly(chunks[0]))
        for chunk in chunks {
            assembly.add(
                SnapshotChunk(
                    origin: chunk.origin, sequence: 4, id: 2, index: chunk.index, count: 3, claims: chunk.claims,
                    manifest: chunk.manifest))
        }
        #expect(assembly.completed == nil && assembly.claims.isEmpty)
    }
}
