import SwarmCore

/// Names: register, find, give up.
extension SwarmNode {
    /// Starts a worker under a name, on the node that owns the name.
    ///
    /// - Parameters:
    ///   - name: The cluster-wide name: UTF-8 of 1 to 255 bytes.
    ///   - type: The type of the worker. Some live node has to have it among its `workers`.
    ///   - arguments: What its `init` gets, there and wherever it is started again.
    ///   - groups: Groups that it is in from the start.
    ///   - metadata: What everybody sees in its ``Registration``; at most 256 keys and `limits.metadataBytes`.
    ///   - consistency: When to answer. Default: ``Consistency/replicated``.
    ///   - timeout: Default: `timeouts.request`.
    /// - Returns: A reference that stays valid wherever the worker goes.
    /// - Throws: ``SwarmError``: `alreadyRegistered` (with the holder), `startFailed`, `unknownKind`, `noQuorum`,
    ///   `invalidArgument`, `tooLarge`, `timeout` and others. After `timeout` the worker may have been started all the
    ///   same.
    @discardableResult
    public func register<W: Worker>(
        _ name: String, as type: W.Type, arguments: W.Arguments, groups: [String] = [],
        metadata: [String: String] = [:], consistency: Consistency = .replicated, timeout: Duration? = nil
    ) async throws -> WorkerRef<W> {
        let order = RegistrationOrder(
            name: name, kind: W.kind, arguments: try encode(arguments, "start argument"), groups: groups,
            metadata: metadata, localOnly: consistency == .local)
        _ = try await core.register(order, timeout: timeout ?? core.defaultTimeout)
        return ref(name, as: type)
    }

    /// Starts a worker that needs no arguments. See ``register(_:as:arguments:groups:metadata:consistency:timeout:)``.
    @discardableResult
    public func register<W: Worker>(
        _ name: String, as type: W.Type, groups: [String] = [], metadata: [String: String] = [:],
        consistency: Consistency = .replicated, timeout: Duration? = nil
    ) async throws -> WorkerRef<W> where W.Arguments == NoValue {
        try await register(
            name, as: type, arguments: NoValue(), groups: groups, metadata: metadata, consistency: consistency,
            timeout: timeout)
    }

    /// Gives a worker that runs already a name. It can be found and reached from everywhere, but it is never moved, and
    /// its name ends with this node.
    ///
    /// - Throws: As ``register(_:as:arguments:groups:metadata:consistency:timeout:)``; `invalidArgument` on a client node.
    @discardableResult
    public func register<W: Worker>(
        _ name: String, running worker: W, groups: [String] = [], metadata: [String: String] = [:],
        timeout: Duration? = nil
    ) async throws -> WorkerRef<W> {
        try core.checkAttributes(name: name, groups: groups, metadata: metadata)
        try await core.adopt(
            worker, name: name, groups: groups, metadata: metadata, timeout: timeout ?? core.defaultTimeout)
        return ref(name, as: W.self)
    }

    /// What the registry holds for a name, as far as this node knows; nil if nothing. Does not suspend.
    public func lookup(_ name: String) -> Registration? { core.claim(of: name).map(Registration.init) }

    /// The worker of this name, started if there is none.
    ///
    /// - Throws: As ``register(_:as:arguments:groups:metadata:consistency:timeout:)``, but never `alreadyRegistered`;
    ///   `invalidArgument` if the name belongs to a worker of another type.
    public func lookupOrRegister<W: Worker>(
        _ name: String, as type: W.Type, arguments: W.Arguments, groups: [String] = [],
        metadata: [String: String] = [:], timeout: Duration? = nil
    ) async throws -> WorkerRef<W> {
        if let claim = core.claim(of: name) { return try checked(claim, type) }
        do {
            return try await register(
                name, as: type, arguments: arguments, groups: groups, metadata: metadata, timeout: timeout)
        } catch let error as SwarmError where error.code == .alreadyRegistered {
            // This replica may not have heard of it yet: a reference is good all the same.
            return try core.claim(of: name).map { try checked($0, type) } ?? ref(name, as: type)
        }
    }

    /// The worker of this name, started without arguments if there is none.
    public func lookupOrRegister<W: Worker>(
        _ name: String, as type: W.Type, groups: [String] = [], metadata: [String: String] = [:],
        timeout: Duration? = nil
    ) async throws -> WorkerRef<W> where W.Arguments == NoValue {
        try await lookupOrRegister(
            name, as: type, arguments: NoValue(), groups: groups, metadata: metadata, timeout: timeout)
    }

    /// Stops a worker and frees its name.
    ///
    /// - Throws: ``SwarmError``: `notFound` and others. After `timeout` the name may be free all the same.
    public func unregister(_ name: String, timeout: Duration? = nil) async throws {
        try await core.unregister(name, timeout: timeout ?? core.defaultTimeout)
    }

    /// All registrations whose name starts with `prefix`, sorted by name. Reads the whole table.
    public func registrations(prefix: String = "") -> [Registration] {
        core.registrations(prefix: prefix).map(Registration.init)
    }

    /// Sets the keys given, and removes those given as nil, in the metadata of a name.
    public func updateMetadata(of name: String, _ changes: [String: String?], timeout: Duration? = nil) async throws {
        try await core.change(.update(name: name, metadata: changes), timeout: timeout ?? core.defaultTimeout)
    }

    /// A reference to whatever worker has this name when it is used. Nothing is looked up or started.
    public func ref<W: Worker>(_ name: String, as type: W.Type) -> WorkerRef<W> {
        WorkerRef(name: name, services: core)
    }

    private func checked<W: Worker>(_ claim: Claim, _ type: W.Type) throws -> WorkerRef<W> {
        guard !claim.isRestartable || claim.kind == W.kind else {
            throw SwarmError(
                .invalidArgument,
                "'\(claim.name)' is a worker of kind '\(claim.kind)', not '\(W.kind)'. Use another name.")
        }
        return ref(claim.name, as: type)
    }

    func encode(_ value: some Encodable, _ what: String) throws -> [UInt8] {
        do { return try core.coder.encode(value, what) } catch { throw SwarmError(error) }
    }
}
