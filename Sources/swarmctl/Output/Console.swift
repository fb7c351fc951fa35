import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where results and complaints are written, whole lines at a time.
final class Console: Sendable {
    enum Stream: Sendable {
        /// Results.
        case output
        /// Complaints.
        case error
    }

    private let lock = Mutex(())
    private let sink: @Sendable (Stream, [UInt8]) -> Void

    init(sink: @escaping @Sendable (Stream, [UInt8]) -> Void) { self.sink = sink }

    /// Standard output and standard error of the process. Nothing is kept back.
    static let standard = Console { stream, bytes in
        write(bytes, to: stream == .output ? STDOUT_FILENO : STDERR_FILENO)
    }

    func line(_ text: String) { lines([Array(text.utf8)]) }

    func line(_ bytes: [UInt8]) { lines([bytes]) }

    func lines(_ lines: [[UInt8]]) {
        var text: [UInt8] = []
        for line in lines {
            text += line
            text.append(UInt8(ascii: "\n"))
        }
        put(text, on: .output)
    }

    func complain(_ text: String) { put(Array("\(text)\n".utf8), on: .error) }

    private func put(_ bytes: [UInt8], on stream: Stream) {
        guard !bytes.isEmpty else { return }
        lock.withLock { _ in sink(stream, bytes) }
    }

    /// Whoever reads may be gone or slow: what cannot be written is given up.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                #if canImport(Darwin)
                let count = Darwin.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #elseif canImport(Musl)
                let count = Musl.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #else
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #endif
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, 1_000)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
