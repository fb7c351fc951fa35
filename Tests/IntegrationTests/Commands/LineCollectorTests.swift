import Foundation
import Testing

@Suite(.serialized) struct LineCollectorTests {
    /// All that was written, and the end, though the writer ends before anybody reads.
    @Test(.timeLimit(.minutes(1)), arguments: [46, 54_000]) func readsToTheEnd(_ count: Int) async throws {
        let line = String(repeating: "x", count: count)
        for _ in 0..<20 {
            let pipe = Pipe()
            // More than the pipe's buffer is not written at once.
            try pipe.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
            try pipe.fileHandleForWriting.close()
            let collector = LineCollector(pipe.fileHandleForReading)
            for await _ in collector.follow() {}
            #expect(collector.all == [line])
        }
    }
}
