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
        guard isWord(text.utf8), text.utf8.count <= WireLimits.nodeNameBytes else {
            throw .malformed("a name of a node that is not one word of at most \(WireLimits.nodeNameBytes) bytes")
        }
        return text
    }

    @discardableResult
    static func group(_ text: String) throws(WireError) -> String {
        guard isGroup(text) else {
            throw .malformed("a name of a group that is not dotted words of at most \(WireLimits.groupBytes) bytes")
        }
        return text
    }

    /// Sorted, without duplicates: so that equal claims have equal encodings.
    static func ascending(_ texts: [String], _ what: String) throws(WireError) {
        guard texts.count > 1 else { return }
        for index in 1..<texts.count where texts[index - 1] >= texts[index] {
            throw .malformed("\(what) that are not sorted or not different")
        }
    }

    static func isGroup(_ text: String) -> Bool {
        guard (1...WireLimits.groupBytes).contains(text.utf8.count) else { return false }
        var atStart = true
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                if atStart { return false }
                atStart = true
            } else {
                guard isWordByte(byte) else { return false }
                atStart = false
            }
        }
        return !atStart
    }

    static func isWord(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy(isWordByte)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
