public import Swarm
import SwarmCore

/// Messages to workers and groups, written as JSON; workers answer in JSON too, unless the nodes' coder is another.
extension SwarmClient {
    /// Sends a message to a worker and waits for the reply.
    ///
    /// - Throws: ``SwarmError``: `notFound`, `workerFailed`, `mailboxFull`, `decodingFailed` and others; see ``SwarmClient``.
    public func call<Reply: Decodable & Sendable>(
        _ name: String, _ message: some Encodable & Sendable, as type: Reply.Type, timeout: Duration? = nil
    ) async throws -> Reply {
        let request = try deliver(.call, message, to: name)
        return try await surfacing {
            try reply(try JSONFields(try await ask(request, timeout: timeout)), as: type)
        }
    }

    /// Sends a message to a worker. Returns when it is in the worker's mailbox.
    public func send(_ name: String, _ message: some Encodable & Sendable, timeout: Duration? = nil) async throws {
        let request = try deliver(.send, message, to: name)
        _ = try await surfacing { try await ask(request, timeout: timeout) }
    }

    /// Sends a message to every member of a group, straight through the broker: one AMQP publish, with the group as routing
    /// key.
    ///
    /// Returns when the broker has the message. It is delivered at most once to each member; a group without members is no
    /// error.
    ///
    /// - Returns: False if no node hosts a member of the group, and nobody else listens to it.
    @discardableResult
    public func publish(
        _ message: some Encodable & Sendable, to group: String, timeout: Duration? = nil
    ) async throws -> Bool {
        try Self.check { () throws(Failure) in try Naming.checkGroup(group) }
        let payload = try encode(message)
        return try await surfacing { try await publish(json: payload, to: group, timeout: timeout) }
    }

    /// Sends a message to every member of a group and collects the answers.
    ///
    /// - Returns: For each member, sorted by name, its answer or why there is none.
    public func multiCall<Reply: Decodable & Sendable>(
        _ group: String, _ message: some Encodable & Sendable, as type: Reply.Type, timeout: Duration? = nil
    ) async throws -> [(name: String, result: Result<Reply, SwarmError>)] {
        try Self.check { () throws(Failure) in try Naming.checkGroup(group) }
        let request = ClientRequest.multiCall(group, message: try encode(message))
        return try await surfacing {
            try await askItems(request, timeout: timeout).map { item -> (String, Result<Reply, SwarmError>) in
                let fields = try JSONFields(item)
                let name = try fields.required("name")
                if let error = try ClientAnswer.failure(in: fields) { return (name, .failure(error)) }
                do {
                    return (name, .success(try reply(fields, as: type)))
                } catch let error as SwarmError {
                    return (name, .failure(error))
                }
            }
        }
    }

    private func deliver(
        _ operation: OutsideOperation, _ message: some Encodable, to name: String
    ) throws -> ClientRequest {
        try Self.check { () throws(Failure) in try Naming.checkWorker(name: name) }
        return .deliver(operation, name, message: try encode(message))
    }

    private func reply<Reply: Decodable>(_ fields: JSONFields, as type: Reply.Type) throws -> Reply {
        guard fields[raw: "reply_base64"] == nil else {
            throw SwarmError(
                .decodingFailed, "The worker answered in something else than JSON; use an embedded node.",
                mayHaveExecuted: true)
        }
        do {
            return try coder.decode(type, from: fields[raw: "reply"] ?? Array("null".utf8))
        } catch {
            throw SwarmError(.decodingFailed, "The reply is no \(type): \(error)", mayHaveExecuted: true)
        }
    }

    func encode(_ value: some Encodable) throws -> [UInt8] {
        do {
            return try coder.encode(value)
        } catch {
            throw SwarmError(.decodingFailed, "The message cannot be written as JSON: \(error)")
        }
    }

    static func check(_ body: () throws(Failure) -> Void) throws {
        do throws(Failure) { try body() } catch { throw SwarmError(error) }
    }
}
