import Foundation

/// A broker of one test's own, to be stopped, frozen and starved. Ends with `withPrivateBroker`.
struct PrivateBroker: Sendable {
    let directory: URL
    let port: Int
    /// Lines for its configuration file.
    var configuration = ""

    var url: String { "amqp://guest:guest@127.0.0.1:\(port)" }

    func start() async throws { try await script("start", [directory.path, "\(port)"]) }
    func stop() async throws { try await script("stop", [directory.path]) }
    func kill() async throws { try await script("kill", [directory.path]) }
    func pause() async throws { try await script("pause", [directory.path]) }
    func resume() async throws { try await script("resume", [directory.path]) }
    func control(_ arguments: String...) async throws { try await script("ctl", [directory.path] + arguments) }

    private func script(_ command: String, _ arguments: [String]) async throws {
        try await Command.run(
            BrokerFixture.root.appending(path: "scripts/broker"), [command] + arguments,
            environment: ["BROKER_CONFIG": configuration])
    }
}

/// Gives the test a broker that is not started yet, and ends it afterwards.
func withPrivateBroker(
    configuration: String = "", _ body: (PrivateBroker) async throws -> Void
) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "swarm-broker-\(UUID().uuidString)")
    let broker = PrivateBroker(directory: directory, port: .random(in: 10_000..<20_000), configuration: configuration)
    let result: Result<Void, any Error>
    do { result = .success(try await body(broker)) } catch { result = .failure(error) }
    if FileManager.default.fileExists(atPath: directory.path) {
        try? await broker.kill()
        try? FileManager.default.removeItem(at: directory)
    }
    try result.get()
}
