/// Groups: sets of workers that are published to and called together.
extension SwarmNode {
    /// Puts a worker into a group. Returns when messages to the group reach it.
    ///
    /// - Parameters:
    ///   - name: A registered name, on whatever node.
    ///   - group: Dotted words of letters, digits, `-` and `_`, at most 200 bytes.
    ///   - timeout: Default: `timeouts.request`.
    /// - Throws: ``SwarmError``: `notFound`, `invalidArgument` and others.
    public func join(_ name: String, to group: String, timeout: Duration? = nil) async throws {
        try await core.change(.join(name: name, group: group), timeout: timeout ?? core.defaultTimeout)
    }

    /// Takes a worker out of a group.
    public func leave(_ name: String, from group: String, timeout: Duration? = nil) async throws {
        try await core.change(.leave(name: name, group: group), timeout: timeout ?? core.defaultTimeout)
    }

    /// The members of a group, sorted by name. Does not suspend.
    public func members(of group: String) -> [Registration] { core.members(of: group).map(Registration.init) }

    /// Sends a message to every member of a group: one AMQP publish, with the group as routing key.
    ///
    /// Returns when the message is on its way. Each member gets it once, unless its mailbox is full or its node is cut off;
    /// one that is being moved at that moment may miss it, or get it twice. Any AMQP client can do the same, and can listen.
    ///
    /// - Throws: ``SwarmError``: `invalidArgument`, `tooLarge`, `overloaded` if more waits for the broker than the lane
    ///   holds.
    public func publish(_ message: some Encodable & Sendable, to group: String) async throws {
        try core.publish(try encode(message, "message"), to: group)
    }

    /// Sends a message to every member of a group and collects the answers.
    ///
    /// - Parameters:
    ///   - group: The group, as this node's replica has it.
    ///   - message: What every member receives.
    ///   - type: What every member answers.
    ///   - timeout: For all of them together. Default: `timeouts.request`.
    /// - Returns: For each member, sorted by name, its answer or why there is none.
    public func multiCall<Reply: Decodable & Sendable>(
        _ group: String, _ message: some Encodable & Sendable, as type: Reply.Type, timeout: Duration? = nil
    ) async throws -> [(name: String, result: Result<Reply, SwarmError>)] {
        let payload = try encode(message, "message")
        let answers = try await core.multiCall(group, payload: payload, timeout: timeout ?? core.defaultTimeout)
        let coder = core.coder
        return answers.map { name, result in
            switch result {
            case .failure(let error): return (name, .failure(error))
            case .success(let bytes):
                do throws(Failure) {
                    return (name, .success(try coder.decode(Reply.self, from: bytes, "reply")))
                } catch {
                    var error = SwarmError(error)
                    error.mayHaveExecuted = true
                    return (name, .failure(error))
                }
            }
        }
    }
}
