import ArgumentParser
import Logging
import ServiceLifecycle
import Swarm
import SwarmAMQP
import SwarmCore
import UnixSignals

struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Run a node with the built-in kinds of workers until SIGTERM, which drains it.")

    @Option(help: "The node's name, unique in the cluster: letters, digits, '-' and '_'.")
    var name: String

    @Option(
        help: .init(
            "The kinds of workers that it can start, of \(BuiltInKinds.names.joined(separator: ",")).",
            valueName: "kinds"))
    var kinds = BuiltInKinds.names.joined(separator: ",")

    @Option(help: "Decides which node owns a name, the same on all nodes: ring, quorum:K or rendezvous.")
    var strategy = "ring"

    @Option(
        help: .init(
            "Has to do only with nodes whose whole name matches; may be repeated.", valueName: "regular expression"))
    var allow: [String] = []

    @Option(
        help: .init(
            "Has nothing to do with nodes whose whole name matches; may be repeated.", valueName: "regular expression"))
    var deny: [String] = []

    @OptionGroup var cluster: ClusterOptions

    @Option(
        help: .init("How long the handing over at the end may take. Default: 30.", valueName: "seconds"))
    var timeout: Double = 30

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard timeout >= 0 && timeout <= 3_600 else {
            throw ValidationError("--timeout is in seconds, from 0 to 3600.")
        }
        do {
            // Everything is checked here; a node does nothing before it runs.
            _ = try makeNode(Logger(label: "swarmctl") { _ in SwiftLogNoOpLogHandler() })
        } catch let error as SwarmError {
            throw ValidationError(error.message)
        }
    }

    func run() async throws {
        let logger = output.logger(default: .info)
        let node = try makeNode(logger)
        do {
            try await serve(node, logger)
        } catch let error as SwarmError {
            Console.standard.complain("Error: \(error)".printable)
            try CommandStatus.negative.exit()
        }
    }

    private func makeNode(_ logger: Logger) throws -> SwarmNode {
        var configuration = SwarmConfiguration(name: name, cluster: cluster.name)
        do {
            configuration.strategy = try placementStrategy(parsing: strategy)
        } catch {
            throw ValidationError(error.description)
        }
        configuration.trust.allow = allow.map(NodeRule.matching)
        configuration.trust.deny = deny.map(NodeRule.matching)
        configuration.timeouts.drain = .seconds(timeout)
        return try SwarmNode(
            configuration: configuration, transport: .amqp(cluster.url), workers: try workers(), logger: logger)
    }

    private func workers() throws -> [any Worker.Type] {
        try kinds.split(separator: ",").map { kind in
            guard let type = BuiltInKinds.all[String(kind)] else {
                throw ValidationError(
                    "There is no kind '\(kind)'; use some of \(BuiltInKinds.names.joined(separator: ",")).")
            }
            return type
        }
    }

    /// Returns when the node has left: after a signal, or because it was drained from elsewhere.
    private func serve(_ node: SwarmNode, _ logger: Logger) async throws {
        // Before the first of them.
        var events = node.events.makeAsyncIterator()
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: node, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], cancellationSignals: [.sigquit], logger: logger))
        async let running: Void = group.run()
        while let event = await events.next() {
            switch output.format {
            case .json: Console.standard.line(EventLine.json(event, node: node.id.name))
            case .text: Console.standard.line(EventLine.text(event))
            }
        }
        try await running
    }
}
