import SwarmCore

/// The limits on single values, which hold for what is sent and for what is received.
enum Check {
    static func count(_ count: Int, atMost limit: Int, _ what: String) throws(WireError) {
        guard count <= limit else { throw .limitExceeded(what, limit: limit) }
    }

    @discardableResult
    static func counter(_ value: UInt64, _ what: String) throws(WireError) -> UInt64 {
        guard value < WireLimits.counter else { throw .limitExceeded(what, limit: Int(WireLimits.counter - 1)) }
        return value
    }

    @discardableResult
    static func life(_ value: UInt32) throws(WireError) -> UInt32 {
        guard value < WireLimits.lives else { throw .limitExceeded("life", limit: Int(WireLimits.lives - 1)) }
        return value
    }

    /// A name of a worker.
    @discardableResult
    static func name(_ text: String) throws(WireError) -> String {
        guard !text.utf8.isEmpty else { throw .malformed("a worker without a name") }
        try count(text.utf8.count, atMost: WireLimits.nameBytes, "bytes of a name")
        return text
    }

    /// A kind, role, key of metadata or queue; may be empty.
    @discardableResult
    static func text(_ text: String) throws(WireError) -> String {
        try count(text.utf8.count, atMost: WireLimits.nameBytes, "bytes of a kind, key or queue")
        return text
    }

    @discardableResult
    static func metadataValue(_ text: String) throws(WireError) -> String {
        try count(text.utf8.count, atMost: WireLimits.metadataValueBytes, "bytes of a value of metadata")
        return text
    }

    @discardableResult
    static func nodeName(_ text: String) throws(WireError) -> String {
        guard Naming.isNodeName(text) else { throw .malformed("a name of a node that is not one word") }
        return text
    }

    @discardableResult
    static func group(_ text: String) throws(WireError) -> String {
        guard Naming.isGroup(text) else { throw .malformed("a name of a group that is not dotted words") }
        return text
    }

    /// Sorted, without duplicates: so that equal claims have equal encodings.
    static func ascending(_ texts: [String], _ what: String) throws(WireError) {
        guard texts.count > 1 else { return }
        for index in 1..<texts.count where texts[index - 1] >= texts[index] {
            throw .malformed("\(what) that are not sorted or not different")
        }
    }
}
