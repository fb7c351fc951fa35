import Swarm
import Testing

@testable import swarmctl

/// The commands against a cluster in this process: what they write, and what they end with.
@Suite struct ClientCommandTests {
    private func fields(_ line: String) throws -> JSONFields { try JSONFields(Array(line.utf8)) }

    @Test func registerLookupUnregister() async throws {
        try await CommandHarness.run { harness in
            let registered = try await harness.command(
                RegisterCommand.self, "x", "--kind", "counter", "--group", "g", "--output", "json")
            #expect(registered.status == .done)
            #expect(registered.lines.count == 1)
            let location = try fields(try #require(registered.lines.first))
            #expect(location.keys == ["name", "node", "token"])
            let token = try #require(try location.string("token"))
            #expect(Token(token) != nil)

            let again = try await harness.command(RegisterCommand.self, "x", "--kind", "counter", "--output", "json")
            #expect(again.status == .negative)
            let refusal = try fields(try #require(again.lines.first))
            #expect(try refusal.string("error") == "already_registered")
            #expect(try refusal.string("name") == "x")
            #expect(try refusal.string("node") == "a")
            #expect(try refusal.string("token") == token)

            let found = try await harness.command(LookupCommand.self, "x", "--output", "json")
            #expect(found.status == .done)
            let registration = try fields(try #require(found.lines.first))
            #expect(try registration.string("kind") == "counter")
            #expect(try registration.string("node") == "a")
            #expect(try registration.string("token") == token)
            #expect(try registration.strings("groups") == ["g"])

            let gone = try await harness.command(UnregisterCommand.self, "x", "--output", "json")
            #expect(gone.status == .done)
            #expect(gone.lines == [#"{"name":"x","unregistered":true}"#])
            for outcome in [
                try await harness.command(UnregisterCommand.self, "x", "--output", "json"),
                try await harness.command(LookupCommand.self, "x", "--output", "json"),
            ] {
                #expect(outcome.status == .negative)
                #expect(try fields(try #require(outcome.lines.first)).string("error") == "not_found")
                #expect(outcome.console.complaints.isEmpty)
            }
        }
    }

    @Test func textIsForPeople() async throws {
        try await CommandHarness.run { harness in
            let registered = try await harness.command(RegisterCommand.self, "x", "--kind", "counter")
            #expect(registered.console.text.hasPrefix("x: registered on a, token "))
            let call = try await harness.command(CallCommand.self, "x", #"{"add":{"amount":3}}"#)
            #expect(call.console.text == "3\n")
            let missing = try await harness.command(LookupCommand.self, "y")
            #expect(missing.status == .negative)
            #expect(missing.console.text.isEmpty)
            #expect(missing.console.complaints.hasPrefix("Error: y: not_found: "))
            let nodes = try await harness.command(NodesCommand.self)
            #expect(nodes.lines.count == 2)
            #expect(nodes.lines[0].hasPrefix("NODE  STATE"))
            #expect(nodes.lines[1].hasPrefix("a     ready"))
            let ring = try await harness.command(RingCommand.self)
            #expect(ring.lines == ["NODE  WEIGHT    SHARE", "a        100  100.0 %"])
            let inspection = try await harness.command(InspectCommand.self, "a")
            #expect(inspection.lines.contains("names: 1"))
        }
    }

    @Test func messages() async throws {
        try await CommandHarness.run { harness in
            for name in ["x", "y"] {
                _ = try await harness.command(RegisterCommand.self, name, "--kind", "counter", "--group", "g.one")
            }
            _ = try await harness.command(RegisterCommand.self, "e", "--kind", "echo")
            let add = #"{"add":{"amount":2}}"#
            let call = try await harness.command(CallCommand.self, "x", add, "--output", "json")
            #expect(call.lines == [#"{"name":"x","reply":2}"#])
            let send = try await harness.command(SendCommand.self, "x", add, "--output", "json")
            #expect(send.lines == [#"{"name":"x","sent":true}"#])
            let echo = try await harness.command(
                CallCommand.self, "e", #"{"a":[1,-2.5,true,null,"é"],"n":18446744073709551615}"#, "--output", "json")
            let reply = try fields(String(decoding: try #require(fields(echo.lines[0])[raw: "reply"]), as: UTF8.self))
            #expect(reply[raw: "a"] == Array(#"[1,-2.5,true,null,"é"]"#.utf8))
            #expect(reply[raw: "n"] == Array("18446744073709551615".utf8))

            let publish = try await harness.command(PublishCommand.self, "g.one", add, "--output", "json")
            #expect(publish.status == .done)
            #expect(publish.lines == [#"{"group":"g.one","published":true,"routed":true}"#])
            let nobody = try await harness.command(PublishCommand.self, "g.two", add, "--output", "json")
            #expect(nobody.status == .done)
            #expect(nobody.lines == [#"{"group":"g.two","published":true,"routed":false}"#])

            let expected = [#"{"name":"x","reply":6}"#, #"{"name":"y","reply":2}"#]
            var lines: [String] = []
            while lines != expected {
                let answers = try await harness.command(
                    MultiCallCommand.self, "g.one", #"{"get":{}}"#, "--output", "json")
                #expect(answers.status == .done)
                lines = answers.lines
            }
            let bad = try await harness.command(MultiCallCommand.self, "g.one", "7", "--output", "json")
            #expect(bad.status == .negative)
            #expect(try bad.lines.map { try fields($0).string("error") } == ["decoding_failed", "decoding_failed"])
        }
    }

    @Test func groups() async throws {
        try await CommandHarness.run { harness in
            _ = try await harness.command(RegisterCommand.self, "x", "--kind", "counter")
            let joined = try await harness.command(JoinCommand.self, "x", "g", "--output", "json")
            #expect(joined.lines == [#"{"name":"x","joined":true}"#])
            let members = try await harness.command(MembersCommand.self, "g", "--output", "json")
            #expect(try members.lines.map { try fields($0).string("name") } == ["x"])
            let left = try await harness.command(LeaveCommand.self, "x", "g", "--output", "json")
            #expect(left.lines == [#"{"name":"x","left":true}"#])
            let empty = try await harness.command(MembersCommand.self, "g", "--output", "json")
            #expect(empty.status == .done)
            #expect(empty.lines.isEmpty)
            #expect(try await harness.command(JoinCommand.self, "y", "g").status == .negative)
        }
    }

    @Test func namesFromStandardInputAreAnsweredInOrder() async throws {
        try await CommandHarness.run(["a", "b"]) { harness in
            let names = (0..<1_500).map { "n/\($0)" }
            let input = names.joined(separator: "\n") + "\n"
            for command in 0..<2 {
                let outcome =
                    command == 0
                    ? try await harness.command(
                        RegisterCommand.self, "-", "--kind", "counter", "--output", "json", input: input,
                        timeout: .seconds(60))
                    : try await harness.command(
                        LookupCommand.self, "-", "--output", "json", input: input, timeout: .seconds(60))
                #expect(outcome.status == .done)
                #expect(try outcome.lines.map { try fields($0).string("name") } == names)
            }
            let listed = try await harness.command(ListCommand.self, "--output", "json", "--prefix", "n/")
            #expect(listed.lines.count == names.count)

            let mixed = try await harness.command(
                CallCommand.self, "-", #"{"get":{}}"#, "--output", "json", input: "n/1\nnobody\n\nn/2")
            #expect(mixed.status == .negative)
            #expect(mixed.lines.count == 4)
            #expect(mixed.lines.first == #"{"name":"n/1","reply":0}"#)
            #expect(mixed.lines.last == #"{"name":"n/2","reply":0}"#)
            #expect(try fields(mixed.lines[1]).string("name") == "nobody")
            #expect(try fields(mixed.lines[1]).string("error") == "not_found")
            #expect(try fields(mixed.lines[2]).string("error") == "invalid_argument")

            let text = try await harness.command(LookupCommand.self, "-", input: "n/1\nnobody\n")
            #expect(text.lines.count == 2)
            #expect(text.lines[1].hasPrefix("nobody: not_found: "))
        }
    }

    @Test func nodesCanBeInspectedAndDrained() async throws {
        try await CommandHarness.run(["a", "b"]) { harness in
            for number in 0..<20 {
                _ = try await harness.command(RegisterCommand.self, "n/\(number)", "--kind", "counter")
            }
            let inspection = try await harness.command(InspectCommand.self, "b", "--output", "json")
            let answer = try fields(try #require(inspection.lines.first))
            #expect(try answer.string("node") == "b")
            #expect(answer[raw: "state"]?.first == UInt8(ascii: "{"))
            #expect(try await harness.command(InspectCommand.self, "z", "--output", "json").status == .negative)

            let drained = try await harness.command(
                DrainCommand.self, "b", "--output", "json", timeout: .seconds(60))
            #expect(drained.status == .done)
            #expect(drained.lines == [#"{"node":"b","drained":true}"#])
            var lines: [String] = []
            repeat {
                lines = try await harness.command(ListCommand.self, "--node", "a", "--output", "json").lines
            } while lines.count < 20
            #expect(try await harness.command(DrainCommand.self, "z", "--output", "json").status == .negative)
        }
    }

    @Test func aClusterThatIsNotThereIsUnreached() async throws {
        try await CommandHarness.run { harness in
            harness.broker.stop()
            let outcome = try await harness.command(
                LookupCommand.self, "x", "--output", "json", timeout: .milliseconds(200))
            #expect(outcome.status == .unreached)
            #expect(try fields(try #require(outcome.lines.first)).string("error") == "disconnected")
            let many = try await harness.command(
                LookupCommand.self, "-", "--output", "json", input: "x\ny\n", timeout: .milliseconds(200))
            #expect(many.status == .unreached)
            #expect(try many.lines.map { try fields($0).string("name") } == ["x", "y"])
        }
    }
}
