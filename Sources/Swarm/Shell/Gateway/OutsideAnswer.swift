import SwarmCore

/// How answers to requests from outside are written.
enum OutsideAnswer {
    static func failure(_ error: any Error) -> [UInt8] {
        var text = JSONText()
        guard let error = error as? SwarmError else {
            text.set("error", error is CancellationError ? "stopped" : "worker_failed")
            text.set("message", error is CancellationError ? "The node that took the request stops." : "\(error)")
            text.set("retryable", error is CancellationError)
            text.set("may_have_executed", true)
            return text.bytes
        }
        text.set("error", error.code.description)
        text.set("message", error.message)
        text.set("retryable", error.isRetryable)
        text.set("may_have_executed", error.mayHaveExecuted)
        if let holder = error.holder { text.set("node", holder.name) }
        if let token = error.holderToken { text.set("token", token.description) }
        return text.bytes
    }

    /// The one answer to a register that found the name taken: the registration, and that it is one.
    static func failure(_ error: SwarmError, name: String) -> [UInt8] {
        var text = JSONText()
        text.set("name", name)
        // Both are objects with at least one field: the second goes on where the first ends.
        return text.bytes.dropLast() + [UInt8(ascii: ",")] + failure(error).dropFirst()
    }

    static func registration(_ claim: Claim) -> [UInt8] {
        var text = JSONText()
        text.set("name", claim.name)
        text.set("node", claim.host.name)
        text.set("token", claim.token.description)
        if claim.isRestartable { text.set("kind", claim.kind) }
        text.set("groups", claim.groups)
        text.set("metadata", claim.metadata)
        if claim.move != nil { text.set("moving", true) }
        return text.bytes
    }

    static func registration(_ summary: RegistrationSummary) -> [UInt8] {
        var text = JSONText()
        text.set("name", summary.name)
        text.set("node", summary.node.name)
        text.set("token", summary.token.description)
        return text.bytes
    }

    /// A worker's answer: JSON as it is; bytes that are not JSON (another coder) in base 64.
    static func reply(_ payload: [UInt8], name: String) -> [UInt8] {
        var text = JSONText()
        text.set("name", name)
        if isJSON(payload) {
            text.set("reply", raw: payload)
        } else {
            text.set("reply_base64", base64(payload))
        }
        return text.bytes
    }

    static func event(_ event: LifecycleEvent) -> [UInt8] {
        var text = JSONText()
        text.set("event", event.kind.description)
        text.set("name", event.name)
        text.set("node", event.node?.name)
        if let node = event.node { text.set("incarnation", node.incarnation) }
        text.set("previous", event.previous?.name)
        text.set("token", event.token?.description)
        text.set("detail", event.detail)
        if event.missed > 0 { text.set("missed", event.missed) }
        return text.bytes
    }

    static func chunk(_ items: [[UInt8]], part: Int, more: Bool) -> [UInt8] {
        var text = JSONText()
        text.set("items", raw: JSONText.array(items))
        text.set("part", part)
        text.set("more", more)
        return text.bytes
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for offset in 0..<3 { bits = bits << 8 | UInt32(offset < group.count ? group[start + offset] : 0) }
            for digit in 0..<4 {
                let isPadding = digit > group.count
                text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> UInt32(18 - 6 * digit)) & 63])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
