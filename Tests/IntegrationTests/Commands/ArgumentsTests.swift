import ArgumentParser
import Logging
import Swarm
import SwarmClient
import Testing

@testable import swarmctl

@Suite struct ArgumentsTests {
    private static let broker = ["--broker", "amqp://localhost"]

    private func parse<C: ParsableCommand>(_ type: C.Type, _ arguments: String...) throws -> C {
        try #require(App.parseAsRoot(arguments + Self.broker) as? C)
    }

    @Test func everyCommandIsThere() {
        #expect(
            App.configuration.subcommands.map { $0.configuration.commandName } == [
                "node", "register", "unregister", "lookup", "list", "join", "leave", "members", "call", "send",
                "publish",
                "multi-call", "nodes", "ring", "inspect", "drain", "demo",
            ])
        #expect(App.configuration.commandName == "swarmctl")
    }

    @Test func commonOptions() throws {
        let plain = try parse(LookupCommand.self, "lookup", "cart/42")
        #expect(plain.name == "cart/42")
        #expect(plain.common.cluster.url == "amqp://localhost")
        #expect(plain.common.output.format == .text)
        #expect(plain.common.duration(default: 10) == .seconds(10))
        let full = try parse(
            LookupCommand.self, "lookup", "x", "--cluster", "shop", "--timeout", "2.5", "--output", "json",
            "--log-level", "debug")
        #expect(full.common.cluster.name == "shop")
        #expect(full.common.duration(default: 10) == .seconds(2.5))
        #expect(full.common.output.format == .json)
        #expect(full.common.output.logLevel == .debug)
    }

    @Test func registerTakesGroupsAndArguments() throws {
        let command = try parse(
            RegisterCommand.self, "register", "x", "--kind", "counter", "--group", "a.b", "--group", "c", "--arguments",
            #"{"milliseconds":5}"#)
        #expect(command.groups == ["a.b", "c"])
        #expect(
            command.request(for: "x").fields.bytes
                == Array(#"{"name":"x","kind":"counter","arguments":{"milliseconds":5},"groups":["a.b","c"]}"#.utf8))
    }

    @Test func nodeHasDefaults() throws {
        let command = try parse(NodeCommand.self, "node", "--name", "n1")
        #expect(command.kinds == "counter,echo,ticker")
        #expect(command.strategy == "ring")
        #expect(command.allow.isEmpty && command.deny.isEmpty)
    }

    @Test(arguments: [
        ["lookup"], ["lookup", ""], ["lookup", String(repeating: "x", count: 256)],
        ["register", "x"], ["register", "x", "--kind", ""], ["register", "x", "--kind", "counter", "--arguments", "{"],
        ["register", "x", "--kind", "counter", "--group", "a b"],
        ["join", "x", "a..b"], ["leave", "x", "#"], ["members", "a b"],
        ["call", "x", "no json"], ["send", "x", ""], ["publish", "g", "{]"], ["publish", "*", "{}"],
        ["multi-call", "g", "1 2"], ["inspect", "a.b"], ["drain", ""], ["list", "--node", "a b"],
        ["lookup", "x", "--timeout", "0"], ["lookup", "x", "--timeout", "301"], ["lookup", "x", "--timeout", "nan"],
        ["lookup", "x", "--output", "xml"], ["lookup", "x", "--cluster", "a b"],
        ["lookup", "x", "--log-level", "loud"],
        ["lookup", "x", "--broker", ""], ["bench"], ["lookup", "x", "--what"],
        ["node"], ["node", "--name", "a b"], ["node", "--name", "a", "--kinds", "counter,nope"],
        ["node", "--name", "a", "--strategy", "quorum"], ["node", "--name", "a", "--strategy", "nope"],
        ["node", "--name", "a", "--allow", "("], ["node", "--name", "a", "--timeout", "-1"],
        ["demo", "--output", "xml"],
    ]) func whatCannotBeUsedIsAUsageError(_ arguments: [String]) {
        let broker = arguments.contains("--broker") || arguments.first == "demo" ? [] : Self.broker
        let error = #expect(throws: (any Error).self) { try App.parseAsRoot(arguments + broker) }
        guard let error else { return }
        #expect(App.exitCode(for: error).rawValue == 64)
    }

    @Test(arguments: [
        "ring", "rendezvous", "quorum:1", "quorum:2",
    ]) func strategiesAreTakenAsTheyAreWritten(_ strategy: String) throws {
        #expect(try parse(NodeCommand.self, "node", "--name", "a", "--strategy", strategy).strategy == strategy)
    }

    @Test(arguments: [
        (["nodes"], ["nodes"]), ([], []), (["--help"], ["--help"]),
        (["--broker", "u", "--output=json", "call", "x", "1"], ["call", "--broker", "u", "--output=json", "x", "1"]),
        (["call", "--broker", "u", "x"], ["call", "--broker", "u", "x"]),
        (["--broker", "u"], ["--broker", "u"]), (["--broker"], ["--broker"]),
        (["--what", "nodes"], ["--what", "nodes"]),
        (["--cluster", "c", "--what", "nodes"], ["--cluster", "c", "--what", "nodes"]),
    ]) func commonOptionsMayStandBeforeTheCommand(_ arguments: [String], _ expected: [String]) {
        #expect(CommonOptions.behindCommand(arguments) == expected)
    }

    @Test func aDrainMayTakeLongerThanALookup() {
        #expect(DrainCommand.defaultTimeout > LookupCommand.defaultTimeout)
    }
}
