import Synchronization

@testable import swarmctl

/// Keeps what a command writes.
final class CapturedConsole: Sendable {
    private let written = Mutex((output: [UInt8](), error: [UInt8]()))

    var console: Console {
        Console { stream, bytes in
            self.written.withLock { written in
                if stream == .output { written.output += bytes } else { written.error += bytes }
            }
        }
    }

    /// The lines of standard output.
    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }
    var text: String { String(decoding: written.withLock { $0.output }, as: UTF8.self) }
    var complaints: String { String(decoding: written.withLock { $0.error }, as: UTF8.self) }
}
