package import Swarm

/// The fields of each operation.
extension ClientRequest {
    /// `arguments` is JSON.
    package static func register(
        _ name: String, kind: String, arguments: [UInt8], groups: [String] = [], metadata: [String: String] = [:],
        consistency: Consistency = .replicated
    ) -> ClientRequest {
        var request = ClientRequest(.register, name: name)
        request.fields.set("kind", kind)
        request.fields.set("arguments", raw: arguments)
        if !groups.isEmpty { request.fields.set("groups", groups) }
        if !metadata.isEmpty { request.fields.set("metadata", metadata) }
        if consistency == .local { request.fields.set("consistency", "local") }
        return request
    }

    package static func list(prefix: String = "", group: String? = nil, node: String? = nil) -> ClientRequest {
        var request = ClientRequest(.list)
        if !prefix.isEmpty { request.fields.set("prefix", prefix) }
        request.fields.set("group", group)
        request.fields.set("node", node)
        return request
    }

    package static func join(_ name: String, _ group: String) -> ClientRequest {
        var request = ClientRequest(.join, name: name)
        request.fields.set("group", group)
        return request
    }

    package static func leave(_ name: String, _ group: String) -> ClientRequest {
        var request = ClientRequest(.leave, name: name)
        request.fields.set("group", group)
        return request
    }

    package static func members(_ group: String) -> ClientRequest {
        var request = ClientRequest(.members)
        request.fields.set("group", group)
        return request
    }

    /// `message` is JSON.
    package static func deliver(_ operation: OutsideOperation, _ name: String, message: [UInt8]) -> ClientRequest {
        var request = ClientRequest(operation, name: name)
        request.fields.set("message", raw: message)
        return request
    }

    /// `message` is JSON.
    package static func multiCall(_ group: String, message: [UInt8]) -> ClientRequest {
        var request = ClientRequest(.multiCall)
        request.fields.set("group", group)
        request.fields.set("message", raw: message)
        return request
    }

    package static func ring(name: String? = nil) -> ClientRequest {
        var request = ClientRequest(.ring)
        request.fields.set("name", name)
        return request
    }

    package static func node(_ operation: OutsideOperation, _ node: String) -> ClientRequest {
        var request = ClientRequest(operation)
        request.fields.set("node", node)
        return request
    }
}
