package import Swarm
import SwarmCore

/// Results from the JSON of answers. What is missing is an error of the node's; what is new is ignored.
extension SwarmClient.Location {
    package init(_ fields: JSONFields) throws {
        name = try fields.required("name")
        node = try fields.required("node")
        token = try fields.token()
    }
}

extension SwarmClient.Registration {
    package init(_ fields: JSONFields) throws {
        name = try fields.required("name")
        node = try fields.required("node")
        token = try fields.token()
        kind = try fields.string("kind")
        groups = try fields.strings("groups") ?? []
        metadata = (try fields.texts("metadata") ?? [:]).compactMapValues { $0 }
        isMoving = try fields.bool("moving") ?? false
    }
}

extension SwarmClient.Member {
    package init(_ fields: JSONFields) throws {
        node = try fields.required("node")
        incarnation = try fields.integer("incarnation") ?? 0
        state = try fields.required("state")
        isClient = try fields.bool("client") ?? false
        weight = try fields.integer("weight") ?? 0
        roles = try fields.strings("roles") ?? []
        kinds = try fields.strings("kinds") ?? []
        names = try fields.integer("names") ?? 0
    }
}

extension SwarmClient.Share {
    package init(_ fields: JSONFields) throws {
        node = try fields.required("node")
        weight = try fields.integer("weight") ?? 0
        share = try fields.number("share") ?? 0
    }
}

extension SwarmClient.Owners {
    package init(_ fields: JSONFields) throws {
        owner = try fields.required("owner")
        successors = try fields.strings("successors") ?? []
    }
}

extension JSONFields {
    package func required(_ key: String) throws -> String {
        guard let value = try string(key) else {
            throw SwarmError(.decodingFailed, "The node's answer lacks '\(key)'; check the versions.")
        }
        return value
    }

    /// A whole number, with all its digits.
    package func integer<Integer: FixedWidthInteger>(_ key: String) throws -> Integer? {
        guard let value = self[raw: key] else { return nil }
        guard let number = Integer(String(decoding: value, as: UTF8.self)) else {
            throw SwarmError(.decodingFailed, "'\(key)' in the node's answer is no whole number; check the versions.")
        }
        return number
    }

    fileprivate func token() throws -> Token {
        guard let token = Token(try required("token")) else {
            throw SwarmError(.decodingFailed, "The token in the node's answer cannot be read; check the versions.")
        }
        return token
    }
}
