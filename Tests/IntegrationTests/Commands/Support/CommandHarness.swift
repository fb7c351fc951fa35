import ArgumentParser
import Logging
import Swarm
import SwarmClient
import Testing

@testable import swarmctl

/// Runs commands against a cluster in this process.
struct CommandHarness: Sendable {
    struct Outcome {
        let status: CommandStatus
        let console: CapturedConsole
        var lines: [String] { console.lines }
    }

    let broker: InMemoryBroker
    let client: SwarmClient

    /// Nodes with the built-in kinds, ready, and a client of theirs.
    static func run(
        _ names: [String] = ["a"], _ body: @escaping @Sendable (CommandHarness) async throws -> Void
    ) async throws {
        let broker = InMemoryBroker()
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let nodes = try names.map { name in
            var configuration = SwarmConfiguration(name: name)
            configuration.membership.seedDelay = .milliseconds(200)
            return try SwarmNode(
                configuration: configuration, transport: broker, workers: Array(BuiltInKinds.all.values), logger: quiet)
        }
        let client = try SwarmClient(configuration: .init(), broker: .inMemory(broker), logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // A node that ends, whyever, shows in what the test does with it.
            for node in nodes { group.addTask { try? await node.run() } }
            defer { group.cancelAll() }
            for node in nodes { try await node.ready() }
            try await client.run { client in try await body(CommandHarness(broker: broker, client: client)) }
        }
    }

    /// Runs a command as it would be written; `-` reads `input`.
    func command<C: ClientCommand>(
        _ type: C.Type, _ arguments: String..., input: String = "", timeout: Duration = .seconds(10)
    ) async throws -> Outcome {
        let command = try #require(
            C.parseAsRoot(arguments + ["--broker", "amqp://localhost"]) as? C)
        let console = CapturedConsole()
        let chunks = ChunkedInput(input)
        let session = Session(
            client: client, console: console.console, format: command.common.output.format, timeout: timeout,
            names: LineReader { chunks.next() })
        return Outcome(status: try await command.perform(session), console: console)
    }
}
