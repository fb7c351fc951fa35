/// Why a frame cannot be read, or may not be sent.
package enum WireError: Error, Hashable, Sendable {
    /// Truncated, garbage, or not what the protocol allows; says where.
    case malformed(String)
    /// Another major version of the protocol. `sender` is the node's name, if it can be read.
    case otherMajor(UInt32, minor: UInt32, sender: String?)
    /// Longer than ``WireLimits/frameBytes``.
    case oversized(bytes: Int)
    /// More of something, or something longer, than the protocol allows.
    case limitExceeded(String, limit: Int)
}

extension WireError: CustomStringConvertible {
    /// A sentence for logs.
    package var description: String {
        switch self {
        case .malformed(let what):
            "the frame cannot be read: \(what)"
        case .otherMajor(let major, let minor, let sender):
            "\(sender.map { "node \($0)" } ?? "an unknown node") speaks version \(major).\(minor) of the protocol, this"
                + " node \(WireVersion.major).\(WireVersion.minor): run the same major version on all nodes"
        case .oversized(let bytes):
            "a frame of \(bytes) bytes is over the limit of \(WireLimits.frameBytes) bytes"
        case .limitExceeded(let what, let limit):
            "\(what): over the limit of \(limit)"
        }
    }
}
