import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A line of input.
enum InputLine: Equatable, Sendable {
    case text(String)
    /// Not UTF-8, or longer than any name may be.
    case unreadable(String)
}

/// Reads lines, one after the other, by one reader. Reading waits on a thread of its own.
actor LineReader {
    /// The next bytes of the input; none at its end.
    typealias Source = @Sendable () async -> [UInt8]

    private let source: Source
    private var splitter: LineSplitter

    /// Lines of more than `limit` bytes are not kept.
    init(limit: Int = 4_096, source: @escaping Source) {
        self.source = source
        splitter = LineSplitter(limit: limit)
    }

    static func standardInput() -> LineReader {
        // A terminal or a pipe may be silent for ever, and the tasks' threads are few.
        let queue = DispatchQueue(label: "swarmctl.standard-input")
        return LineReader {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: readStandardInput()) }
            }
        }
    }

    /// Nil at the end of the input. A line ends with a line feed, or a carriage return and a line feed; the last one also
    /// with the end of the input.
    func next() async -> InputLine? {
        while true {
            if let line = splitter.next() { return line }
            if splitter.hasEnded { return nil }
            splitter.append(await source())
        }
    }

    private static func readStandardInput() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            var result = read(STDIN_FILENO, buffer.baseAddress, buffer.count)
            while result < 0, errno == EINTR { result = read(STDIN_FILENO, buffer.baseAddress, buffer.count) }
            count = max(0, result)
        }
    }
}

/// Divides bytes into lines of bounded length.
struct LineSplitter {
    private let limit: Int
    private var pending: [UInt8] = []
    private var position = 0
    /// The beginning of a line that goes on.
    private var line: [UInt8] = []
    private var isTooLong = false
    private var isLineOpen = false
    private(set) var hasEnded = false

    init(limit: Int) { self.limit = limit }

    /// No bytes: the end.
    mutating func append(_ bytes: [UInt8]) {
        pending = bytes
        position = 0
        if bytes.isEmpty { hasEnded = true }
    }

    mutating func next() -> InputLine? {
        while position < pending.count {
            let rest = pending[position...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let piece = rest[..<(end ?? rest.endIndex)]
            isLineOpen = true
            if line.count + piece.count > limit { isTooLong = true } else { line += piece }
            position = end.map { $0 + 1 } ?? pending.endIndex
            if end != nil { return take() }
        }
        return hasEnded && isLineOpen ? take() : nil
    }

    private mutating func take() -> InputLine {
        defer {
            line.removeAll(keepingCapacity: true)
            isTooLong = false
            isLineOpen = false
        }
        if isTooLong { return .unreadable("A line has more than \(limit) bytes; a name has at most 255.") }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard let text = String(validating: line, as: UTF8.self) else { return .unreadable("A line is not UTF-8.") }
        return .text(text)
    }
}
