import SwarmCore

/// One request from outside, executed by the node that took it.
struct OutsideExecution: Sendable {
    let core: NodeCore
    let request: OutsideRequest
    /// Sends one answer; some operations have several.
    let answer: @Sendable ([UInt8]) async throws -> Void

    func run() async throws {
        switch request.operation {
        case .call, .send: try await deliver()
        case .lookup: try await lookup()
        case .list: try await list()
        case .register: try await register()
        case .unregister: try await unregister()
        case .update, .join, .leave: try await change()
        case .members:
            try await answerItems(core.members(of: try request.required("group")).map(OutsideAnswer.registration))
        case .publish: try await publish()
        case .multiCall: try await multiCall()
        case .nodes: try await answerItems(core.snapshot().members.map(Self.member))
        case .ring: try await ring()
        case .events: try await follow()
        case .inspect: try await inspect()
        case .drain: try await drain()
        }
    }

    private var fields: JSONFields { request.fields }

    private func answerItems(_ items: some Sequence<[UInt8]>) async throws {
        for chunk in OutsideChunks(items: items) { try await answer(chunk) }
    }

    // MARK: Messages

    private func deliver() async throws {
        let name = try request.required("name")
        let isCall = request.operation == .call
        let payload = try await core.deliver(
            try request.message(), to: name, oneWay: !isCall, timeout: request.timeout)
        try await answer(isCall ? OutsideAnswer.reply(payload, name: name) : Self.named(name, "sent"))
    }

    private func publish() async throws {
        let group = try request.required("group")
        try core.publish(try request.message(), to: group, contentType: "application/json")
        var text = JSONText()
        text.set("group", group)
        text.set("published", true)
        try await answer(text.bytes)
    }

    private func multiCall() async throws {
        let results = try await core.multiCall(
            try request.required("group"), payload: try request.message(), timeout: request.timeout)
        try await answerItems(
            results.map { name, result in
                switch result {
                case .success(let payload): OutsideAnswer.reply(payload, name: name)
                case .failure(let error): OutsideAnswer.failure(error, name: name)
                }
            })
    }

    // MARK: Registry

    private func lookup() async throws {
        let name = try request.required("name")
        guard let claim = core.claim(of: name) else {
            throw SwarmError(
                .notFound, "No worker runs as '\(name.prefix(60))'; register it, or try again if its node was lost.")
        }
        try await answer(OutsideAnswer.registration(claim))
    }

    private func list() async throws {
        let prefix = try fields.string("prefix") ?? ""
        let node = try fields.string("node")
        let claims: [Claim]
        if let group = try fields.string("group") {
            claims = core.members(of: group).filter { prefix.isEmpty || $0.name.hasPrefix(prefix) }
        } else {
            claims = core.registrations(prefix: prefix)
        }
        try await answerItems(
            claims.lazy.filter { node == nil || $0.host.name == node }.map(OutsideAnswer.registration))
    }

    private func register() async throws {
        let name = try request.required("name")
        let metadata = try fields.texts("metadata") ?? [:]
        let order = RegistrationOrder(
            name: name, kind: try request.required("kind"), arguments: fields[raw: "arguments"] ?? Array("{}".utf8),
            groups: try fields.strings("groups") ?? [], metadata: metadata.compactMapValues { $0 },
            localOnly: try isLocal())
        do {
            let summary = try await core.register(order, timeout: request.timeout)
            try await answer(OutsideAnswer.registration(summary))
        } catch let error as SwarmError where error.code == .alreadyRegistered {
            try await answer(OutsideAnswer.failure(error, name: name))
        }
    }

    private func isLocal() throws -> Bool {
        switch try fields.string("consistency") {
        case nil, "replicated": false
        case "local": true
        default: throw SwarmError(.invalidArgument, "'consistency' is 'replicated' or 'local'.")
        }
    }

    private func unregister() async throws {
        let name = try request.required("name")
        try await core.unregister(name, timeout: request.timeout)
        try await answer(Self.named(name, "unregistered"))
    }

    private func change() async throws {
        let name = try request.required("name")
        let body: RequestBody
        let done: String
        switch request.operation {
        case .join: (body, done) = (.join(name: name, group: try request.required("group")), "joined")
        case .leave: (body, done) = (.leave(name: name, group: try request.required("group")), "left")
        default: (body, done) = (.update(name: name, metadata: try fields.texts("metadata") ?? [:]), "updated")
        }
        _ = try await core.change(body, timeout: request.timeout)
        try await answer(Self.named(name, done))
    }

    // MARK: Cluster

    private static func member(_ member: NodeSnapshot.Member) -> [UInt8] {
        var text = JSONText()
        text.set("node", member.node.name)
        text.set("incarnation", member.node.incarnation)
        text.set("state", member.state.description)
        text.set("client", member.isClient)
        text.set("weight", member.weight)
        text.set("roles", member.roles)
        text.set("kinds", member.kinds)
        text.set("names", member.names)
        return text.bytes
    }

    /// The share of each node; with `name`, its owner and who follows.
    private func ring() async throws {
        let placement = core.placement()
        if let name = try fields.string("name") {
            let owners = placement.owners(of: name, count: 3)
            guard let owner = owners.first else {
                throw SwarmError(.notReady, "No node owns names at the moment. Try again when one is ready.")
            }
            var text = JSONText()
            text.set("name", name)
            text.set("owner", owner)
            text.set("successors", Array(owners.dropFirst()))
            return try await answer(text.bytes)
        }
        try await answerItems(
            placement.shares().map { node, weight, share in
                var text = JSONText()
                text.set("node", node)
                text.set("weight", weight)
                text.set("share", raw: String(share).utf8)
                return text.bytes
            })
    }

    /// Events as they come, until the time asked for is over.
    private func follow() async throws {
        let subscription = core.events.subscribe()
        let prefix = try fields.string("prefix")
        let parts = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                var part = 0
                while let event = await subscription.next() {
                    if let prefix, !(event.name?.hasPrefix(prefix) ?? true) { continue }
                    try await answer(OutsideAnswer.chunk([OutsideAnswer.event(event)], part: part, more: true))
                    part += 1
                }
                return part
            }
            group.addTask {
                try await Task.sleep(for: request.timeout)
                return 0
            }
            var parts = try await group.next() ?? 0
            group.cancelAll()
            while let others = try? await group.next() { parts += others }
            return parts
        }
        try await answer(OutsideAnswer.chunk([], part: parts, more: false))
    }

    private func inspect() async throws {
        let node = try request.required("node")
        let state = try await core.inspect(node, timeout: request.timeout)
        var text = JSONText()
        text.set("node", node)
        if isJSON(Array(state.utf8)) { text.set("state", raw: state.utf8) } else { text.set("state", state) }
        try await answer(text.bytes)
    }

    private func drain() async throws {
        let node = try request.required("node")
        try await core.drain(node, timeout: request.timeout)
        var text = JSONText()
        text.set("node", node)
        text.set("drained", true)
        try await answer(text.bytes)
    }

    private static func named(_ name: String, _ done: String) -> [UInt8] {
        var text = JSONText()
        text.set("name", name)
        text.set(done, true)
        return text.bytes
    }
}
