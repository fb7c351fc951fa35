import Swarm
import SwarmCore

/// Where a broker is and who logs in, read from a URL:
/// `amqp[s]://user:password@host:port/virtual-host?option=value`.
///
/// All parts may be percent-encoded. Left out: user and password are `guest`, the port is 5672 (5671 with TLS), the
/// virtual host is `/` (write it as `%2F` if at all). Options: `heartbeat` in seconds, `cacertfile`, `certfile`,
/// `keyfile`, `verify=verify_peer|verify_none`; they override those of ``AMQPOptions``.
struct AMQPEndpoint: Sendable, CustomStringConvertible {
    var host: String
    var port: UInt16
    var user: String
    var password: String
    var virtualHost: String
    var usesTLS: Bool

    /// Without the password: fit for logs and errors.
    var description: String {
        let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        return "\(usesTLS ? "amqps" : "amqp")://\(user)@\(address), virtual host \(virtualHost)"
    }

    /// Host and port.
    var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Reads a URL; its options change `options`.
    init(url: String, options: inout AMQPOptions) throws(SwarmError) {
        guard let scheme = Self.split(url, at: "://") else {
            throw Self.invalid("it has to begin with amqp:// or amqps://")
        }
        switch scheme.before.lowercased() {
        case "amqp": usesTLS = false
        case "amqps": usesTLS = true
        default: throw Self.invalid("it has to begin with amqp:// or amqps://")
        }
        guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
            throw Self.invalid("it contains white space; write it as %20")
        }
        let query = Self.split(scheme.after, at: "?")
        let path = Self.split(query?.before ?? scheme.after, at: "/")
        let authority = path?.before ?? query?.before ?? scheme.after

        (user, password) = ("guest", "guest")
        var address = authority
        if let at = authority.lastIndex(of: "@") {
            address = String(authority[authority.index(after: at)...])
            let login = String(authority[..<at])
            let parts = Self.split(login, at: ":")
            user = try Self.decode(parts?.before ?? login, "user")
            password = try Self.decode(parts?.after ?? "", "password")
        }
        guard !user.isEmpty else { throw Self.invalid("the user is empty") }
        (host, port) = try Self.hostAndPort(address, usesTLS: usesTLS)
        virtualHost = try Self.decode(path?.after ?? "", "virtual host")
        if virtualHost.isEmpty { virtualHost = "/" }
        if virtualHost.utf8.count > 255 || user.utf8.count > 255 {
            throw Self.invalid("user and virtual host have at most 255 bytes")
        }
        for option in (query?.after ?? "").split(separator: "&") { try Self.apply(String(option), to: &options) }
    }

    private static func hostAndPort(_ text: String, usesTLS: Bool) throws(SwarmError) -> (String, UInt16) {
        var host = text
        var portText: String?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw invalid("the bracket of the address is not closed") }
            host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            if rest.hasPrefix(":") { portText = String(rest.dropFirst()) } else if !rest.isEmpty { portText = "?" }
        } else if let parts = split(text, at: ":") {
            (host, portText) = (parts.before, parts.after)
        }
        host = try decode(host, "host")
        guard !host.isEmpty else { throw invalid("it names no host") }
        guard let portText else { return (host, usesTLS ? 5671 : 5672) }
        guard let port = UInt16(portText), port > 0 else {
            throw invalid("the port has to be a number from 1 to 65535")
        }
        return (host, port)
    }

    private static func apply(_ option: String, to options: inout AMQPOptions) throws(SwarmError) {
        let pair = split(option, at: "=")
        let value = try decode(pair?.after ?? "", "option")
        switch pair?.before ?? option {
        case "heartbeat":
            guard let seconds = Int(value) else { throw invalid("heartbeat has to be a number of seconds") }
            options.heartbeat = .seconds(seconds)
        case "cacertfile": options.tls.authorityFile = value
        case "certfile": options.tls.certificateFile = value
        case "keyfile": options.tls.keyFile = value
        case "verify":
            guard value == "verify_peer" || value == "verify_none" else {
                throw invalid("verify has to be verify_peer or verify_none")
            }
            options.tls.verifiesPeer = value == "verify_peer"
            options.tls.verifiesHost = value == "verify_peer"
        case let name:
            throw invalid("it has an unknown option '\(name)'; known: heartbeat, cacertfile, certfile, keyfile, verify")
        }
    }

    private static func split(_ text: String, at separator: String) -> (before: String, after: String)? {
        guard let range = text.firstRange(of: separator) else { return nil }
        return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
    }

    private static func decode(_ text: String, _ part: String) throws(SwarmError) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = Substring(rest.prefix(2))
            // A sign would pass as a number.
            guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16),
                value != 0
            else { throw invalid("its \(part) contains a '%' that is not followed by two hexadecimal digits") }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw invalid("its \(part) is not UTF-8 once decoded")
        }
        return decoded
    }

    /// Never quotes the URL: it holds a password.
    private static func invalid(_ what: String) -> SwarmError {
        SwarmError(
            .invalidArgument,
            "The broker's URL is not usable: \(what). Form: amqp://user:password@host:port/virtual-host")
    }
}
