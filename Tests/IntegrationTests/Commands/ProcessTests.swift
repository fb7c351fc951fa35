import Foundation
import Swarm
import Testing

/// The program itself, over a real broker: processes, signals, exit status.
@Suite(.serialized) struct ProcessTests {
    private let cluster = BrokerFixture.cluster()

    /// Runs a command to its end.
    private func swarmctl(
        _ arguments: String..., input: String = "", environment: [String: String] = [:]
    ) async throws -> SwarmctlProcess.Outcome {
        let process = try SwarmctlProcess(
            arguments, input: input, environment: try options().merging(environment) { $1 })
        return try await process.end()
    }

    private func options() throws -> [String: String] {
        ["SWARM_BROKER": try BrokerFixture.url(), "SWARM_CLUSTER": cluster]
    }

    private func node(_ name: String) async throws -> SwarmctlProcess {
        let process = try SwarmctlProcess(
            ["node", "--name", name, "--output", "json"], environment: try options())
        #expect(try await process.line { $0.contains(#""event":"ready""#) } == #"{"event":"ready","node":"\#(name)"}"#)
        return process
    }

    /// Three processes that know each other.
    private func threeNodes() async throws -> (SwarmctlProcess, SwarmctlProcess, SwarmctlProcess) {
        async let nodes = (node("a"), node("b"), node("c"))
        let started = try await nodes
        var members: [String] = []
        while members.count(where: { $0.contains(#""state":"ready""#) }) < 3 {
            members = try await swarmctl("--output", "json", "nodes").lines
        }
        return started
    }

    private func fields(_ line: String) throws -> JSONFields { try JSONFields(Array(line.utf8)) }

    @Test(.timeLimit(.minutes(3))) func aClusterOfProcesses() async throws {
        let (a, b, c) = try await threeNodes()
        defer { for node in [a, b, c] { node.kill() } }
        let names = (0..<2_000).map { "n/\($0)" }
        let input = names.joined(separator: "\n")
        let registered = try await swarmctl(
            "register", "-", "--kind", "counter", "--group", "all", "--output", "json", "--timeout", "60", input: input)
        #expect(registered.status == 0)
        #expect(try registered.lines.map { try fields($0).string("name") } == names)
        #expect(Set(try registered.lines.map { try fields($0).string("node") }) == ["a", "b", "c"])

        let added = try await swarmctl(
            "call", "-", #"{"add":{"amount":5}}"#, "--output", "json", "--timeout", "60", input: input)
        #expect(added.lines == names.map { #"{"name":"\#($0)","reply":5}"# })

        // What SIGTERM does: hand everything over, then end with 0.
        a.terminate()
        let ended = try await a.end()
        #expect(ended.status == 0)
        #expect(ended.lines.last == #"{"event":"drained","node":"a"}"#)
        let drained = try await swarmctl("drain", "b", "--output", "json")
        #expect(drained.lines == [#"{"node":"b","drained":true}"#])
        #expect(try await b.end().status == 0)

        let kept = try await swarmctl("call", "-", #"{"get":{}}"#, "--output", "json", "--timeout", "60", input: input)
        #expect(kept.status == 0)
        #expect(kept.lines == names.map { #"{"name":"\#($0)","reply":5}"# })
        let published = try await swarmctl("publish", "all", #"{"add":{"amount":1}}"#, "--output", "json")
        #expect(published.lines == [#"{"group":"all","published":true,"routed":true}"#])
        // It is on its way when it is published. Who got it and who did not is said if it does not come to all.
        let counted = Set(names.map { #"{"name":"\#($0)","reply":6}"# })
        var others: Set<String> = []
        for _ in 0..<5 {
            let replies = try await swarmctl("multi-call", "all", #"{"get":{}}"#, "--output", "json", "--timeout", "20")
                .lines
            #expect(replies.count == names.count)
            others = Set(replies).subtracting(counted)
            if others.isEmpty { break }
        }
        #expect(others.sorted().prefix(5) == [], "\(others.count) of \(names.count)")
        c.terminate()
        #expect(try await c.end().status == 0)
    }

    @Test(.timeLimit(.minutes(3))) func aProcessIsKilledAndAnotherJoins() async throws {
        let (a, b, c) = try await threeNodes()
        defer { for node in [a, b, c] { node.kill() } }
        let names = (0..<1_000).map { "n/\($0)" }
        let input = names.joined(separator: "\n")
        func call(_ message: String) async throws -> [String] {
            let outcome = try await swarmctl("call", "-", message, "--output", "json", "--timeout", "60", input: input)
            #expect(outcome.status == 0)
            return outcome.lines
        }
        #expect(
            try await swarmctl("register", "-", "--kind", "counter", "--timeout", "60", input: input).status == 0)
        _ = try await call(#"{"add":{"amount":5}}"#)
        let lost = Set(
            try await swarmctl("list", "--node", "b", "--output", "json").lines.map { try fields($0).string("name") })
        #expect(lost.count > 100)

        // kill -9: all answer again, those of the killed one from nothing.
        b.kill()
        let values = names.map { #"{"name":"\#($0)","reply":\#(lost.contains($0) ? 0 : 5)}"# }
        #expect(try await call(#"{"get":{}}"#) == values)
        // A new node takes its share, with what they hold.
        let d = try await node("d")
        defer { d.kill() }
        var share: [String] = []
        while share.isEmpty { share = try await swarmctl("list", "--node", "d", "--output", "json").lines }
        #expect(try await call(#"{"get":{}}"#) == values)
        for node in [a, c, d] { node.terminate() }
        for node in [a, c, d] { #expect(try await node.end().status == 0) }
    }

    @Test(.timeLimit(.minutes(2))) func exitStatusOfASingleNode() async throws {
        let node = try await node("a")
        defer { node.kill() }
        #expect(try await swarmctl("register", "x", "--kind", "counter").status == 0)
        let again = try await swarmctl("register", "x", "--kind", "counter", "--output", "json")
        #expect(again.status == 1)
        #expect(try fields(try #require(again.lines.first)).string("error") == "already_registered")
        let missing = try await swarmctl("lookup", "y")
        #expect(missing.status == 1)
        #expect(missing.lines.isEmpty)
        #expect(missing.complaints.contains("not_found"))
        #expect(try await swarmctl("call", "x", "no json").status == 64)
        #expect(try await swarmctl("lookup", "x", "--broker", "http://localhost").status == 64)
        let second = try SwarmctlProcess(["node", "--name", "a"], environment: try options())
        let refused = try await second.end()
        #expect(refused.status == 1)
        #expect(refused.complaints.contains("name_taken"))
        node.terminate()
        #expect(try await node.end().status == 0)
    }

    @Test(.timeLimit(.minutes(2))) func whatAUserMayNotDoIsRefused() async throws {
        try await withPrivateBroker { broker in
            try await broker.start()
            let script = BrokerFixture.root.appending(path: "scripts/permissions")
            let control = "\(BrokerFixture.root.appending(path: "scripts/broker").path) ctl \(broker.directory.path)"
            try await Command.run(
                script, ["--cluster", cluster, "--ctl", control, "client", "reader", "read"],
                environment: ["SWARM_USER_PASSWORD": "secret"])
            let node = try SwarmctlProcess(
                ["node", "--name", "a", "--output", "json"],
                environment: ["SWARM_BROKER": broker.url, "SWARM_CLUSTER": cluster])
            defer { node.kill() }
            _ = try await node.line { $0.contains(#""event":"ready""#) }
            let reader = ["SWARM_BROKER": "amqp://reader:secret@127.0.0.1:\(broker.port)"]
            let nodes = try await swarmctl("nodes", "--output", "json", environment: reader)
            #expect(nodes.status == 0)
            #expect(nodes.lines.count == 1)
            for command in [["register", "x", "--kind", "counter"], ["send", "x", "1"], ["publish", "g", "1"]] {
                let process = try SwarmctlProcess(
                    command + ["--output", "json"], environment: try options().merging(reader) { $1 })
                let refused = try await process.end()
                #expect(refused.status == 1, "\(command): \(refused)")
                #expect(try fields(try #require(refused.lines.first)).string("error") == "unauthorized")
            }
        }
    }

    @Test(.timeLimit(.minutes(3))) func whatCannotBeReached() async throws {
        let nobody = try await swarmctl("lookup", "x", "--timeout", "1", "--output", "json")
        #expect(nobody.status == 3)
        #expect(try fields(try #require(nobody.lines.first)).string("name") == "x")
        let noBroker = try await swarmctl("nodes", "--broker", "amqp://127.0.0.1:9", "--timeout", "1")
        #expect(noBroker.status == 3)
        #expect(noBroker.lines.isEmpty)
        #expect(noBroker.complaints.contains("disconnected"))
        let url = try BrokerFixture.url()
        let stranger = try #require(URLComponents(string: url)).withUser("stranger")
        #expect(try await swarmctl("nodes", "--broker", stranger, "--timeout", "20").status == 1)
        #expect(try await swarmctl("nodes", environment: ["SWARM_BROKER": ""]).status == 64)
    }
}

extension URLComponents {
    fileprivate func withUser(_ user: String) -> String {
        var components = self
        components.user = user
        return components.string ?? ""
    }
}
