import Swarm
import SwarmCore

/// Reads what a node answered.
enum ClientAnswer {
    /// A part of an answer in several parts, or a whole one.
    enum Part {
        case whole([UInt8])
        /// The parts are counted from 0.
        case items([[UInt8]], part: Int?, more: Bool)
        case failure(SwarmError)
    }

    static func read(_ body: [UInt8]) throws -> Part {
        let fields = try JSONFields(body)
        if let code = try fields.string("error") { return .failure(try failure(code, fields)) }
        if let items = try fields.elements("items") {
            return .items(items, part: try fields.integer("part"), more: try fields.bool("more") ?? false)
        }
        return .whole(body)
    }

    /// The error that an item of an answer, or all of it, tells of; nil if it tells of none.
    static func failure(in fields: JSONFields) throws -> SwarmError? {
        guard let code = try fields.string("error") else { return nil }
        return try failure(code, fields)
    }

    private static func failure(_ code: String, _ fields: JSONFields) throws -> SwarmError {
        let message = try fields.string("message") ?? "The node gave no reason."
        let mayHaveExecuted = try fields.bool("may_have_executed") ?? true
        guard let known = codes[code] else {
            // A later version's: nothing is known of it but the text.
            return SwarmError(.uncertain, "\(code): \(message)", mayHaveExecuted: mayHaveExecuted)
        }
        var error = SwarmError(known, message, mayHaveExecuted: mayHaveExecuted)
        error.holderToken = try fields.string("token").flatMap(Token.init)
        if let node = try fields.string("node") { error.holder = nodeID(node, token: error.holderToken) }
        return error
    }

    /// A node by its name: with its incarnation where its own token tells it, else 0.
    private static func nodeID(_ name: String, token: Token?) -> NodeID {
        if let issuer = token?.node, issuer.name == name { return issuer }
        return NodeID(name: name, incarnation: 0)
    }

    private static let codes = Dictionary(
        uniqueKeysWithValues: FailureCode.allCases.map { (SwarmError($0, "").code.description, $0) })
}
