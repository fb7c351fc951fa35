import Foundation
import Testing

/// The broker that the tests share. `scripts/test` starts one and names it in the environment.
enum BrokerFixture {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private static let variable = "SWARM_TEST_BROKER"

    /// The shared broker's URL; without one the test fails, it is not skipped.
    static func url() throws -> String {
        guard let url = ProcessInfo.processInfo.environment[variable], !url.isEmpty else {
            throw Missing(
                description: """
                    \(variable) is not set: run the tests with scripts/test, or start a broker with \
                    'scripts/broker start DIR' and set \(variable)=amqp://guest:guest@127.0.0.1:PORT
                    """)
        }
        return url
    }

    /// Names of the cluster of one test: tests share the broker, never a cluster.
    static func cluster() -> String { "t" + String(UInt64.random(in: .min ... .max), radix: 36) }

    /// Where `scripts` is.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}

/// Runs programs.
enum Command {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

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
            do { try process.run() } catch { continuation.resume(throwing: error) }
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
