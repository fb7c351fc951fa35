import Foundation
import Synchronization

/// A `swarmctl` that runs.
final class SwarmctlProcess: Sendable {
    struct Outcome: Sendable {
        let status: Int32
        let lines: [String]
        let complaints: String
    }

    struct Ended: Error, CustomStringConvertible {
        let description: String
    }

    private let process: Process
    private let lines: LineCollector
    private let complaints: LineCollector
    private let ended: AsyncStream<Int32>

    init(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws {
        process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (ended, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.ended = ended
        process.terminationHandler = {
            continuation.yield($0.terminationStatus)
            continuation.finish()
        }
        let standardInput: Pipe
        (lines, complaints, standardInput) = try Command.starting.withLock { [process] _ in
            let (output, error, standardInput) = (Pipe(), Pipe(), Pipe())
            process.standardOutput = output
            process.standardError = error
            process.standardInput = standardInput
            try process.run()
            return (
                LineCollector(output.fileHandleForReading), LineCollector(error.fileHandleForReading), standardInput
            )
        }
        let handle = standardInput.fileHandleForWriting
        // It may read slowly, or not at all.
        Thread.detachNewThread {
            try? handle.write(contentsOf: Data(input.utf8))
            try? handle.close()
        }
    }

    /// Where the tests are, there is the program.
    private static let executable = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "swarmctl")

    /// The first line that satisfies the condition; throws if there is none to the end.
    func line(where condition: (String) -> Bool) async throws -> String {
        for await line in lines.follow() where condition(line) { return line }
        throw Ended(description: "no such line in \(lines.all), complaints: \(complaints.all)")
    }

    /// Waits for its end. Once.
    func end() async throws -> Outcome {
        for await status in ended {
            for await _ in lines.follow() {}
            for await _ in complaints.follow() {}
            // A follower whose task is cancelled does not wait for the end.
            try Task.checkCancellation()
            return Outcome(
                status: status, lines: lines.all, complaints: complaints.all.joined(separator: "\n"))
        }
        throw Ended(description: "waited for twice")
    }

    /// SIGTERM
    func terminate() { process.terminate() }

    /// SIGKILL, if it still runs.
    func kill() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    }
}

/// Keeps the lines that come through a pipe.
final class LineCollector: Sendable {
    private struct State {
        var lines: [String] = []
        var rest: [UInt8] = []
        var hasEnded = false
        var readers: [AsyncStream<String>.Continuation] = []
    }

    private let state = Mutex(State())

    init(_ handle: FileHandle) {
        // Not a readability handler: on Linux an end that comes while the handler is late is told with what came before it,
        // once, and then neither the rest nor the end is ever read.
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(handle.fileDescriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                add(count > 0 ? Array(buffer[..<count]) : [])
                guard count > 0 else { break }
            }
            try? handle.close()
        }
    }

    var all: [String] { state.withLock { $0.lines } }

    /// Those that were, those that come, to the end.
    func follow() -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        state.withLock { state in
            for line in state.lines { continuation.yield(line) }
            if state.hasEnded { continuation.finish() } else { state.readers.append(continuation) }
        }
        return stream
    }

    private func add(_ bytes: [UInt8]) {
        state.withLock { state in
            state.rest += bytes
            while let end = state.rest.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: state.rest[..<end], as: UTF8.self)
                state.rest.removeSubrange(...end)
                state.lines.append(line)
                for reader in state.readers { reader.yield(line) }
            }
            guard bytes.isEmpty else { return }
            state.hasEnded = true
            for reader in state.readers { reader.finish() }
            state.readers = []
        }
    }
}
