import ArgumentParser
import Logging
import Swarm
import SwarmClient

/// A command that asks the cluster.
protocol ClientCommand: AsyncParsableCommand, Sendable {
    var common: CommonOptions { get }
    /// In seconds, where no `--timeout` is given.
    static var defaultTimeout: Double { get }
    func perform(_ session: Session) async throws -> CommandStatus
}

extension ClientCommand {
    static var defaultTimeout: Double { 10 }

    func run() async throws {
        let client = try SwarmClient(
            configuration: SwarmClientConfiguration(cluster: common.cluster.name),
            broker: .amqp(common.cluster.url), logger: common.output.logger(default: .error))
        let status = try await client.run { client in
            try await perform(
                Session(
                    client: client, console: .standard, format: common.output.format,
                    timeout: common.duration(default: Self.defaultTimeout), names: LineReader.standardInput()))
        }
        try status.exit()
    }
}
