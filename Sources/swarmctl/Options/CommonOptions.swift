import ArgumentParser
import Logging
import Swarm
import SwarmCore

/// The options of every command that asks a cluster.
struct CommonOptions: ParsableArguments, Sendable {
    @OptionGroup var cluster: ClusterOptions

    @Option(help: .init("How long each request may take, in seconds, at most 300.", valueName: "seconds"))
    var timeout: Double?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let timeout, !(timeout >= 0.001 && timeout <= 300) {
            throw ValidationError("--timeout is in seconds, from 0.001 to 300.")
        }
    }

    /// The time that was asked for, else a default.
    func duration(default seconds: Double) -> Duration { .seconds(timeout ?? seconds) }
}

extension CommonOptions {
    private static let names: Set = ["--broker", "--cluster", "--timeout", "--output", "--log-level"]

    /// The same arguments, where common options that were written before the command follow it: both places are good.
    static func behindCommand(_ arguments: [String]) -> [String] {
        var leading: [String] = []
        var rest = arguments[...]
        while let argument = rest.first {
            guard names.contains(String(argument.prefix { $0 != "=" })) else { break }
            leading.append(rest.removeFirst())
            if !argument.contains("="), let value = rest.popFirst() { leading.append(value) }
        }
        // Anything but a command is left to be complained about.
        guard let command = rest.first, !command.hasPrefix("-") else { return arguments }
        return [command] + leading + rest.dropFirst()
    }
}

/// Where the cluster is.
struct ClusterOptions: ParsableArguments, Sendable {
    @Option(
        help: .init(
            "The broker: amqp[s]://user:password@host:port/virtual-host. Default: the environment's SWARM_BROKER.",
            valueName: "url"))
    var broker: String?

    @Option(
        name: .customLong("cluster"),
        help: .init("The cluster. Default: the environment's SWARM_CLUSTER, else 'default'.", valueName: "name"))
    var clusterName: String?

    func validate() throws {
        guard !url.isEmpty else { throw ValidationError("No broker. Give --broker URL, or set SWARM_BROKER.") }
        try Usage.check { () throws(Failure) in try Naming.checkWord(name, role: "cluster") }
    }

    var url: String { broker ?? Environment["SWARM_BROKER"] ?? "" }
    var name: String { clusterName ?? Environment["SWARM_CLUSTER"] ?? "default" }
}

/// How results and logs are written.
struct OutputOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("output"), help: "The form of the results: text, or json, one object a line.")
    var format = OutputFormat.text

    @Option(
        help: .init(
            "Logs on standard error from this level on: trace, debug, info, notice, warning, error or critical.",
            valueName: "level"),
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError(
                    "'\(text)' is no log level; use \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            return level
        })
    var logLevel: Logger.Level?

    func logger(default level: Logger.Level) -> Logger {
        var logger = Logger(label: "swarmctl") { label in StreamLogHandler.standardError(label: label) }
        logger.logLevel = logLevel ?? level
        return logger
    }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json
}
