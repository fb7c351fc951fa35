import SwarmCore

/// One request from outside, executed by the node that took it.
struct OutsideExecution: Sendable {
    let core: NodeCore
    let request: OutsideRequest
    /// Sends one answer; some operations have several.
    let answer: @Sendable ([UInt8]) -> Void

    func run() async throws {
        switch request.operation {
        case .call, .send: try await deliver()
        case .lookup: try lookup()
        case .list: try list()
        case .register: try await register()
        case .unregister: try await unregister()
        case .update, .join, .leave: try await change()
        case .members: answerItems(core.members(of: try request.required("group")).map(OutsideAnswer.registration))
        case .publish: try publish()
        case .multiCall: try await multiCall()
        case .nodes: answerItems(core.snapshot().members.map(Self.member))
        case .ring: try ring()
        case .events: await follow()
        case .inspect: try await inspect()
        case .drain: try await drain()
        }
    }

    private var fields: JSONFields { request.fields }

    private func answerItems(_ items: some Sequence<[UInt8]>) { OutsideAnswer.chunks(items).forEach(answer) }

    // MARK: Messages

    private func deliver() async throws {
        let name = try request.required("name")
        let isCall = request.operation == .call
        let payload = try await core.deliver(
            try request.message(), to: name, oneWay: !isCall, timeout: request.timeout)
        if isCall { answer(OutsideAnswer.reply(payload, name: name)) } else { answer(Self.named(name, "sent")) }
    }

    private func publish() throws {
        let group = try request.required("group")
        try core.publish(try request.message(), to: group, contentType: "application/json")
        var text = JSONText()
        text.set("group", group)
        text.set("published", true)
        answer(text.bytes)
    }

    private func multiCall() async throws {
        let results = try await core.multiCall(
            try request.required("group"), payload: try request.message(), timeout: request.timeout)
        answerItems(
            results.map { name, result in
                switch result {
                case .success(let payload): OutsideAnswer.reply(payload, name: name)
                case .failure(let error): OutsideAnswer.failure(error, name: name)
                }
            })
    }

    // MARK: Registry

    private func lookup() throws {
        let name = try request.required("name")
        guard let claim = core.claim(of: name) else {
            throw SwarmError(.notFound, "No worker is registered as '\(name.prefix(60))'.")
        }
        answer(OutsideAnswer.registration(claim))
    }

    private func list() throws {
        let prefix = try fields.string("prefix") ?? ""
        let node = try fields.string("node")
        let claims: [Claim]
        if let group = try fields.string("group") {
            claims = core.members(of: group).filter { prefix.isEmpty || $0.name.hasPrefix(prefix) }
        } else {
            claims = core.registrations(prefix: prefix)
        }
        answerItems(claims.lazy.filter { node == nil || $0.host.name == node }.map(OutsideAnswer.registration))
    }

    private func register() async throws {
        let name = try request.required("name")
        let metadata = try fields.texts("metadata") ?? [:]
        let order = RegistrationOrder(
            name: name, kind: try request.required("kind"), arguments: fields[raw: "arguments"] ?? Array("{}".utf8),
            groups: try fields.strings("groups") ?? [], metadata: metadata.compactMapValues { $0 },
            localOnly: try isLocal())
        do {
            answer(OutsideAnswer.registration(try await core.register(order, timeout: request.timeout)))
        } catch let error as SwarmError where error.code == .alreadyRegistered {
            answer(OutsideAnswer.failure(error, name: name))
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
        answer(Self.named(name, "unregistered"))
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
        answer(Self.named(name, done))
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
    private func ring() throws {
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
            return answer(text.bytes)
        }
        answerItems(
            placement.shares().map { node, weight, share in
                var text = JSONText()
                text.set("node", node)
                text.set("weight", weight)
                text.set("share", raw: String(share).utf8)
                return text.bytes
            })
    }

    /// Events as they come, until the time asked for is over.
    private func follow() async {
        let subscription = core.events.subscribe()
        let prefix = (try? fields.string("prefix")) ?? nil
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while let event = await subscription.next() {
                    if let prefix, !(event.name?.hasPrefix(prefix) ?? true) { continue }
                    answer(OutsideAnswer.chunk([OutsideAnswer.event(event)], more: true))
                }
            }
            group.addTask { try? await Task.sleep(for: request.timeout) }
            await group.next()
            group.cancelAll()
        }
        answer(OutsideAnswer.chunk([], more: false))
    }

    private func inspect() async throws {
        let node = try request.required("node")
        let state = try await core.inspect(node, timeout: request.timeout)
        var text = JSONText()
        text.set("node", node)
        if isJSON(Array(state.utf8)) { text.set("state", raw: state.utf8) } else { text.set("state", state) }
        answer(text.bytes)
    }

    private func drain() async throws {
        let node = try request.required("node")
        try await core.drain(node, timeout: request.timeout)
        var text = JSONText()
        text.set("node", node)
        text.set("drained", true)
        answer(text.bytes)
    }

    private static func named(_ name: String, _ done: String) -> [UInt8] {
        var text = JSONText()
        text.set("name", name)
        text.set(done, true)
        return text.bytes
    }
}
