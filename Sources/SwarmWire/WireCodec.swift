import SwarmCore
import SwiftProtobuf

/// Frames to bytes and back; `swarm.proto` describes the bytes.
///
/// What `encode` gives is read by `decode`: the limits are checked at both ends. Bytes from outside are walked through
/// before anything is allocated for them, so that a hostile frame costs no more than a small multiple of its length.
package enum WireCodec {
    /// The first byte of every frame that is not a fragment: the tag of `Envelope.major`.
    package static let firstByte: UInt8 = 0x08

    package static func encode(_ frame: Frame) throws(WireError) -> [UInt8] {
        try Check.count(frame.messages.count, atMost: WireLimits.messages, "messages in a frame")
        var envelope = ProtoEnvelope()
        envelope.major = WireVersion.major
        envelope.minor = WireVersion.minor
        envelope.sender = try Check.nodeName(frame.sender.node.name)
        envelope.incarnation = try Check.counter(frame.sender.node.incarnation, "incarnation")
        envelope.life = try Check.life(frame.sender.life)
        var tables = TableWriter(sender: frame.sender.node)
        var messages: [ProtoMessage] = []
        messages.reserveCapacity(frame.messages.count)
        for message in frame.messages { messages.append(try ProtoMessage(message, &tables)) }
        envelope.messages = messages
        if let proto = try tables.proto() { envelope.tables = proto }
        let bytes: [UInt8]
        do { bytes = try envelope.serializedBytes() } catch { throw .malformed("not encodable: \(error)") }
        guard bytes.count <= WireLimits.frameBytes else { throw .oversized(bytes: bytes.count) }
        // A field takes two bytes at least, so that only a long frame can have too many.
        if bytes.count > 2 * WireLimits.fields { try FrameScan.check(bytes) }
        return bytes
    }

    package static func decode(_ bytes: [UInt8]) throws(WireError) -> Frame {
        guard bytes.count <= WireLimits.frameBytes else { throw .oversized(bytes: bytes.count) }
        try FrameScan.checkVersion(bytes)
        try FrameScan.check(bytes)
        let envelope: ProtoEnvelope
        do {
            envelope = try ProtoEnvelope(serializedBytes: bytes, options: decodingOptions)
        } catch {
            throw .malformed("not protocol buffers: \(error)")
        }
        let node = NodeID(
            name: try Check.nodeName(envelope.sender),
            incarnation: try Check.counter(envelope.incarnation, "incarnation"))
        let tables = try TableReader(envelope.tables, sender: node)
        var frame = Frame(sender: Sender(node: node, life: try Check.life(envelope.life)), messages: [])
        frame.messages.reserveCapacity(envelope.messages.count)
        for message in envelope.messages {
            if let message = try message.decoded(tables) {
                frame.messages.append(message)
            } else {
                frame.skipped += 1
            }
        }
        return frame
    }

    /// Unknown fields would only be kept to be thrown away, and the schema is not deep.
    static let decodingOptions: BinaryDecodingOptions = {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        options.messageDepthLimit = 16
        return options
    }()
}
