import Synchronization

/// Input that comes a few bytes at a time.
final class ChunkedInput: Sendable {
    private let rest: Mutex<[UInt8]>

    init(_ text: String) { rest = Mutex(Array(text.utf8)) }

    func next() -> [UInt8] {
        rest.withLock { rest in
            let chunk = Array(rest.prefix(7))
            rest.removeFirst(chunk.count)
            return chunk
        }
    }
}
