import Swarm
import SwarmCore

/// The nodes of the cluster.
extension SwarmClient {
    /// The live members, as the node that took the request sees them; sorted.
    public func nodes(timeout: Duration? = nil) async throws -> [Member] {
        try await items(ClientRequest(.nodes), timeout) { try Member($0) }
    }

    /// The part of all names that each node owns.
    public func ring(timeout: Duration? = nil) async throws -> [Share] {
        try await items(.ring(), timeout) { try Share($0) }
    }

    /// Which node owns a name, whether or not it is registered.
    public func owners(of name: String, timeout: Duration? = nil) async throws -> Owners {
        try Self.check { () throws(Failure) in try Naming.checkWorker(name: name) }
        return try await surfacing { try Owners(JSONFields(try await ask(.ring(name: name), timeout: timeout))) }
    }

    /// A full dump of a node's tracker, as JSON; for people, its form may change.
    public func inspect(_ node: String, timeout: Duration? = nil) async throws -> String {
        try Self.check { () throws(Failure) in try Naming.checkWord(node, role: "node") }
        return try await surfacing {
            let fields = try JSONFields(try await ask(.node(.inspect, node), timeout: timeout))
            return String(decoding: fields[raw: "state"] ?? Array("{}".utf8), as: UTF8.self)
        }
    }

    /// Makes a node hand over all its workers and leave the cluster. Returns when it has.
    ///
    /// - Parameter timeout: Allow for the handoffs; after it the drain goes on all the same. Default: 60 s.
    public func drain(_ node: String, timeout: Duration? = nil) async throws {
        try Self.check { () throws(Failure) in try Naming.checkWord(node, role: "node") }
        _ = try await surfacing { try await ask(.node(.drain, node), timeout: timeout ?? .seconds(60)) }
    }

    func items<Item: Sendable>(
        _ request: ClientRequest, _ timeout: Duration?, _ read: (JSONFields) throws -> Item
    ) async throws -> [Item] {
        try await surfacing { try await askItems(request, timeout: timeout).map { try read(JSONFields($0)) } }
    }
}
