import SwarmCore
import Testing

@testable import Swarm

/// What any AMQP client can ask, end to end over the in-memory broker.
@Suite(.timeLimit(.minutes(2))) struct RequestGatewayTests {
    private struct Outside {
        let client: InMemoryClient

        func ask(_ operation: String, _ body: String) async throws -> JSONFields {
            let frame = try await client.request(operation, body: Array(body.utf8), timeout: .seconds(20))
            #expect(frame.contentType == "application/json")
            return try JSONFields(frame.body)
        }

        func error(_ operation: String, _ body: String) async throws -> String? {
            try await ask(operation, body).string("error")
        }

        func done(_ operation: String, _ body: String, _ field: String) async throws -> Bool {
            try await ask(operation, body).bool(field) == true
        }

        func items(_ operation: String, _ body: String) async throws -> [JSONFields] {
            let answer = try await ask(operation, body)
            #expect(try answer.bool("more") == false)
            return try #require(try answer.elements("items")).map { try JSONFields($0) }
        }
    }

    private func withCluster(
        _ names: [String] = ["a", "b", "c"], cluster: String = #function, user: String? = "guest",
        configure: (inout SwarmConfiguration) -> Void = { _ in },
        _ body: (TestCluster, [SwarmNode], Outside) async throws -> Void
    ) async throws {
        try await withNodes(names, cluster: cluster, configure: configure) { cluster, nodes in
            try await body(
                cluster, nodes, Outside(client: cluster.broker.makeClient(cluster: cluster.name, user: user)))
        }
    }

    private func raw(_ fields: JSONFields, _ key: String) -> String? {
        fields[raw: key].map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func namesFromTheOutside() async throws {
        try await withCluster { _, nodes, outside in
            let registered = try await outside.ask(
                "register", #"{"name":"x","kind":"counter","groups":["g"],"metadata":{"k":"v"}}"#)
            let registration = try #require(nodes.compactMap { $0.lookup("x") }.first)
            #expect(try registered.string("name") == "x")
            #expect(try registered.string("node") == registration.node.name)
            #expect(try registered.string("token") == registration.token.description)

            let again = try await outside.ask("register", #"{"name":"x","kind":"counter"}"#)
            #expect(try again.string("error") == "already_registered")
            #expect(try again.string("name") == "x")
            #expect(try again.string("node") == registration.node.name)
            #expect(try again.string("token") == registration.token.description)

            try await eventually("all know it") { nodes.allSatisfy { $0.lookup("x") != nil } }
            let found = try await outside.ask("lookup", #"{"name":"x"}"#)
            #expect(try found.string("kind") == "counter")
            #expect(try found.strings("groups") == ["g"])
            #expect(raw(found, "metadata") == #"{"k":"v"}"#)

            #expect(raw(try await outside.ask("call", #"{"name":"x","message":{"add":{"amount":3}}}"#), "reply") == "3")
            #expect(try await outside.done("send", #"{"name":"x","message":{"add":{"amount":4}}}"#, "sent"))
            #expect(raw(try await outside.ask("call", #"{"name":"x","message":{"get":{}}}"#), "reply") == "7")

            #expect(try await outside.done("join", #"{"name":"x","group":"h"}"#, "joined"))
            #expect(try await outside.done("leave", #"{"name":"x","group":"g"}"#, "left"))
            #expect(try await outside.done("update", #"{"name":"x","metadata":{"k":null,"l":"w"}}"#, "updated"))
            try await eventually("all know it") {
                nodes.allSatisfy { $0.lookup("x")?.groups == ["h"] && $0.lookup("x")?.metadata == ["l": "w"] }
            }

            #expect(try await outside.done("unregister", #"{"name":"x"}"#, "unregistered"))
            try await eventually("all know it") { nodes.allSatisfy { $0.lookup("x") == nil } }
            #expect(try await outside.error("lookup", #"{"name":"x"}"#) == "not_found")
            #expect(try await outside.error("call", #"{"name":"x","message":{"get":{}}}"#) == "not_found")
        }
    }

    @Test func groupsFromTheOutside() async throws {
        try await withCluster { _, nodes, outside in
            for number in 0..<4 {
                try await nodes[0].register("x/\(number)", as: TestCounter.self, groups: ["g"])
                _ = try await nodes[0].ref("x/\(number)", as: TestCounter.self).call(.add(amount: number))
            }
            try await eventually("all know them") { nodes.allSatisfy { $0.members(of: "g").count == 4 } }
            let members = try await outside.items("members", #"{"group":"g"}"#)
            #expect(try members.map { try $0.string("name") } == ["x/0", "x/1", "x/2", "x/3"])
            let answers = try await outside.items("multi-call", #"{"group":"g","message":{"get":{}}}"#)
            #expect(answers.map { raw($0, "reply") } == ["0", "1", "2", "3"])
            let failures = try await outside.items("multi-call", #"{"group":"g","message":{"fail":{}}}"#)
            #expect(try failures.map { try $0.string("error") } == Array(repeating: "worker_failed", count: 4))
            #expect(try await outside.done("publish", #"{"group":"g","message":{"add":{"amount":10}}}"#, "published"))
        }
    }

    @Test func listsAreFilteredSortedAndChunked() async throws {
        try await withCluster(["a", "b"]) { cluster, nodes, outside in
            for number in 0..<30 {
                try await nodes[0].register(
                    "item/\(number)", as: TestCounter.self, metadata: ["text": String(repeating: "x", count: 10_000)])
            }
            try await nodes[0].register("other", as: TestCounter.self)
            try await eventually("all know them") { nodes.allSatisfy { $0.registrations().count == 31 } }
            // Several chunks come to the reply queue one after the other; the client of the tests takes the first.
            let first = try await outside.ask("list", #"{"prefix":"item/"}"#)
            #expect(try first.bool("more") == true)
            #expect(try #require(try first.elements("items")).count < 30)
            let others = try await outside.items("list", #"{"prefix":"oth"}"#)
            #expect(try others.map { try $0.string("name") } == ["other"])
            let node = try #require(nodes[0].lookup("other")?.node.name)
            let onNode = try await outside.items("list", #"{"prefix":"oth","node":"\#(node)"}"#)
            #expect(onNode.count == 1)
            #expect(try await outside.items("list", #"{"prefix":"oth","node":"nobody"}"#).isEmpty)
        }
    }

    @Test func theClusterFromTheOutside() async throws {
        try await withCluster { _, nodes, outside in
            let members = try await outside.items("nodes", "{}")
            #expect(try members.map { try $0.string("node") } == ["a", "b", "c"])
            #expect(try members.map { try $0.string("state") } == ["ready", "ready", "ready"])
            let shares = try await outside.items("ring", "").map { try $0.number("share") ?? 0 }
            #expect(shares.count == 3)
            #expect(abs(shares.reduce(0, +) - 1) < 0.001)
            let owner = try await outside.ask("ring", #"{"name":"x"}"#)
            try await nodes[0].register("x", as: TestCounter.self)
            #expect(try owner.string("owner") == nodes[0].lookup("x")?.node.name)
            #expect(try owner.strings("successors")?.count == 2)
            for node in ["a", "b", "c"] {
                let answer = try await outside.ask("inspect", #"{"node":"\#(node)"}"#)
                #expect(try answer.string("node") == node)
                #expect(raw(answer, "state")?.contains("\"node\":\"\(node)#") == true)
            }
            #expect(try await outside.error("inspect", #"{"node":"nobody"}"#) == "not_found")
        }
    }

    @Test func aNodeIsDrainedFromTheOutside() async throws {
        let cluster = TestCluster("outsideDrain")
        let staying = try cluster.node("a")
        let leaving = try cluster.node("b")
        try await withRunning([staying, leaving]) {
            for number in 0..<10 {
                _ = try await staying.register("x/\(number)", as: TestCounter.self).call(.add(amount: number))
            }
            let outside = Outside(client: cluster.broker.makeClient(cluster: cluster.name))
            #expect(try await outside.done("drain", #"{"node":"b","timeout":20}"#, "drained"))
            try await eventually("it has stopped") { leaving.core.lifecycle.phase == .stopped }
            for number in 0..<10 {
                #expect(try await staying.ref("x/\(number)", as: TestCounter.self).call(.get) == number)
            }
        }
    }

    @Test func wrongRequestsAreAnsweredInWords() async throws {
        try await withCluster(["a"]) { _, _, outside in
            let wrong = [
                ("dance", "{}", "invalid_argument"),
                ("call", "not json", "decoding_failed"),
                ("call", #"{"name":"x"}"#, "invalid_argument"),
                ("lookup", "{}", "invalid_argument"),
                ("lookup", #"{"name":1}"#, "decoding_failed"),
                ("call", #"{"name":"x","message":{},"timeout":-1}"#, "invalid_argument"),
                ("register", #"{"name":"x","kind":"nobody"}"#, "unknown_kind"),
                ("register", #"{"name":"x","kind":"counter","consistency":"?"}"#, "invalid_argument"),
                ("publish", #"{"group":"a..b","message":1}"#, "invalid_argument"),
            ]
            for (operation, body, code) in wrong {
                let answer = try await outside.error(operation, body)
                #expect(answer == code, "\(operation) \(body)")
            }
        }
    }

    @Test func permissionsAreCheckedByUser() async throws {
        try await withCluster(
            ["a"], user: "shop",
            configure: { $0.trust.outsidePermissions = ["shop": [.read, .message]] }
        ) { cluster, nodes, outside in
            try await nodes[0].register("x", as: TestCounter.self)
            #expect(try await outside.error("lookup", #"{"name":"x"}"#) == nil)
            #expect(raw(try await outside.ask("call", #"{"name":"x","message":{"get":{}}}"#), "reply") == "0")
            for operation in ["register", "unregister", "join", "leave", "update", "drain", "inspect"] {
                #expect(
                    try await outside.error(operation, #"{"name":"x","node":"a","group":"g","kind":"counter"}"#)
                        == "unauthorized")
            }
            #expect(nodes[0].lookup("x") != nil)
            let guest = Outside(client: cluster.broker.makeClient(cluster: cluster.name, user: "guest"))
            #expect(try await guest.done("unregister", #"{"name":"x"}"#, "unregistered"))
        }
    }

    @Test func eventsAreFollowedForATime() async throws {
        try await withCluster(["a"]) { _, nodes, outside in
            async let first = outside.ask("events", #"{"timeout":20}"#)
            // The first answer to come is the first event after the request was taken.
            let registering = Task {
                var number = 0
                while !Task.isCancelled {
                    try await nodes[0].register("x/\(number)", as: TestCounter.self)
                    number += 1
                }
            }
            var answer = try await first
            var event = try JSONFields(try #require(try answer.elements("items")?.first))
            // What the node says of its start may still be on its way.
            while try event.string("event") != "registered" {
                answer = try await outside.ask("events", #"{"timeout":20}"#)
                event = try JSONFields(try #require(try answer.elements("items")?.first))
            }
            registering.cancel()
            #expect(try event.string("node") == "a")
            #expect(try answer.bool("more") == true)
        }
    }
}
