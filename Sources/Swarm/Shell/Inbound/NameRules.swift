import Synchronization

/// Which nodes this one has to do with: a literal name or a regular expression.
public struct NodeRule: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package enum Form: Hashable, Sendable {
        case name(String)
        case pattern(String)
    }

    package let form: Form

    /// The node of exactly this name.
    public static func name(_ name: String) -> NodeRule { NodeRule(form: .name(name)) }

    /// All nodes whose whole name matches this regular expression.
    public static func matching(_ pattern: String) -> NodeRule { NodeRule(form: .pattern(pattern)) }

    package init(form: Form) { self.form = form }

    /// A literal name.
    public init(stringLiteral name: String) { self.init(form: .name(name)) }

    /// The name, or the expression between slashes.
    public var description: String {
        switch form {
        case .name(let name): name
        case .pattern(let pattern): "/\(pattern)/"
        }
    }
}

/// Compiled allow and deny rules. Answers are remembered (a bounded number), for every frame asks.
package final class NameRules: Sendable {
    private struct State {
        let allow: [Matcher]
        let deny: [Matcher]
        var known: [String: Bool] = [:]
    }

    private enum Matcher {
        case name(String)
        case pattern(Regex<AnyRegexOutput>)

        init(_ rule: NodeRule) throws {
            switch rule.form {
            case .name(let name): self = .name(name)
            case .pattern(let pattern):
                do {
                    self = .pattern(try Regex(pattern))
                } catch {
                    throw SwarmError(
                        .invalidArgument, "The node rule '\(pattern)' is no regular expression: \(error). Correct it.")
                }
            }
        }

        func matches(_ name: String) -> Bool {
            switch self {
            case .name(let literal): literal == name
            case .pattern(let regex): (try? regex.wholeMatch(in: name)) != nil
            }
        }
    }

    private static let memory = 4_096
    private let state: Mutex<State>
    private let allowsAll: Bool

    /// Empty `allow` allows every node; `deny` is stronger.
    package init(allow: [NodeRule], deny: [NodeRule]) throws {
        allowsAll = allow.isEmpty && deny.isEmpty
        state = Mutex(State(allow: try allow.map(Matcher.init), deny: try deny.map(Matcher.init)))
    }

    package func allows(_ name: String) -> Bool {
        if allowsAll { return true }
        return state.withLock { state in
            if let known = state.known[name] { return known }
            let isAllowed =
                (state.allow.isEmpty || state.allow.contains { $0.matches(name) })
                && !state.deny.contains { $0.matches(name) }
            if state.known.count >= Self.memory { state.known.removeAll(keepingCapacity: true) }
            state.known[name] = isAllowed
            return isAllowed
        }
    }
}
