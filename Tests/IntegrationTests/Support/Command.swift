import Foundation
import Synchronization

/// Runs programs.
enum Command {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Foundation's `Process.run` lets a child inherit what another thread opens meanwhile: pipes, and the socket that tells of
    /// another child's end. That child would then seem to run for as long as this one. So they start one at a time, and
    /// with the pipes made for them.
    static let starting = Mutex(())

    /// Runs a program to its end and gives what it wrote; throws if it fails.
    @discardableResult
    static func run(
        _ executable: URL, _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> String {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // Files, not pipes: a broker left running keeps its output open.
        let file = FileManager.default.temporaryDirectory.appending(path: "swarm-test-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forWritingTo: file)
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try starting.withLock { _ in try process.run() } } catch { continuation.resume(throwing: error) }
        }
        let output = try String(decoding: Data(contentsOf: file), as: UTF8.self)
        guard status == 0 else {
            throw Failed(description: "\(executable.lastPathComponent) \(arguments) failed (\(status)): \(output)")
        }
        return output
    }

    /// A message from outside, as any AMQP client would send it.
    static func amqpPublish(
        url: String, exchange: String, key: String, body: String, contentType: String? = nil, replyTo: String? = nil
    ) async throws {
        var arguments = ["--url=\(url)", "--exchange=\(exchange)", "--routing-key=\(key)", "--body=\(body)"]
        if let contentType { arguments.append("--content-type=\(contentType)") }
        if let replyTo { arguments.append("--reply-to=\(replyTo)") }
        try await run(URL(filePath: "/usr/bin/amqp-publish"), arguments)
    }
}
