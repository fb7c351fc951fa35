public import Swarm
import SwarmCore

/// Names: register, find, give up.
extension SwarmClient {
    /// Starts a worker under a name, on the node that owns the name.
    ///
    /// - Parameters:
    ///   - name: The cluster-wide name: UTF-8 of 1 to 255 bytes.
    ///   - kind: A kind that some live node can start.
    ///   - arguments: What its `init` gets; written as JSON.
    ///   - groups: Groups that it is in from the start.
    ///   - metadata: What everybody sees in its ``Registration``.
    ///   - consistency: When to answer. Default: `.replicated`.
    ///   - timeout: Default: `requestTimeout`; from 1 ms to 300 s, as everywhere.
    /// - Returns: Where it runs.
    /// - Throws: ``SwarmError``: `alreadyRegistered` (with the holder), `startFailed`, `unknownKind`, `invalidArgument` and
    ///   others; see ``SwarmClient``.
    @discardableResult
    public func register(
        _ name: String, kind: String, arguments: some Encodable & Sendable = NoValue(), groups: [String] = [],
        metadata: [String: String] = [:], consistency: Consistency = .replicated, timeout: Duration? = nil
    ) async throws -> Location {
        try Self.check { () throws(Failure) in
            try Naming.checkWorker(name: name)
            try Naming.checkKind(kind)
            for group in groups { try Naming.checkGroup(group) }
        }
        let arguments = try encode(arguments)
        return try await surfacing {
            let request = ClientRequest.register(
                name, kind: kind, arguments: arguments, groups: groups, metadata: metadata, consistency: consistency)
            return try Location(JSONFields(try await ask(request, timeout: timeout)))
        }
    }

    /// What the registry holds for a name; nil if nothing.
    public func lookup(_ name: String, timeout: Duration? = nil) async throws -> Registration? {
        try Self.check { () throws(Failure) in try Naming.checkWorker(name: name) }
        do {
            return try await surfacing {
                try Registration(JSONFields(try await ask(ClientRequest(.lookup, name: name), timeout: timeout)))
            }
        } catch let error as SwarmError where error.code == .notFound {
            return nil
        }
    }

    /// Stops a worker and frees its name.
    ///
    /// - Throws: ``SwarmError``: `notFound` and others.
    public func unregister(_ name: String, timeout: Duration? = nil) async throws {
        try await change(ClientRequest(.unregister, name: name), name: name, group: nil, timeout)
    }

    /// Registrations, sorted by name: all of them, or those of a group, of a node, or whose name starts with `prefix`.
    public func registrations(
        prefix: String = "", group: String? = nil, node: String? = nil, timeout: Duration? = nil
    ) async throws -> [Registration] {
        try Self.check { () throws(Failure) in
            if let group { try Naming.checkGroup(group) }
            if let node { try Naming.checkWord(node, role: "node") }
        }
        return try await items(.list(prefix: prefix, group: group, node: node), timeout) { try Registration($0) }
    }

    /// Sets the keys given, and removes those given as nil, in the metadata of a name.
    public func updateMetadata(
        of name: String, _ changes: [String: String?], timeout: Duration? = nil
    ) async throws {
        var request = ClientRequest(.update, name: name)
        var object = JSONText()
        for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
            object.set(key, raw: value.map(JSONText.quoted) ?? Array("null".utf8))
        }
        request.fields.set("metadata", raw: object.bytes)
        try await change(request, name: name, group: nil, timeout)
    }

    /// Puts a worker into a group. When this returns, messages to the group reach it.
    public func join(_ name: String, to group: String, timeout: Duration? = nil) async throws {
        try await change(.join(name, group), name: name, group: group, timeout)
    }

    /// Takes a worker out of a group.
    public func leave(_ name: String, from group: String, timeout: Duration? = nil) async throws {
        try await change(.leave(name, group), name: name, group: group, timeout)
    }

    /// The members of a group, sorted by name.
    public func members(of group: String, timeout: Duration? = nil) async throws -> [Registration] {
        try Self.check { () throws(Failure) in try Naming.checkGroup(group) }
        return try await items(.members(group), timeout) { try Registration($0) }
    }

    private func change(_ request: ClientRequest, name: String, group: String?, _ timeout: Duration?) async throws {
        try Self.check { () throws(Failure) in
            try Naming.checkWorker(name: name)
            if let group { try Naming.checkGroup(group) }
        }
        _ = try await surfacing { try await ask(request, timeout: timeout) }
    }
}
