import SwarmCore
import SwiftProtobuf

/// One fragment, checked.
struct FragmentPiece {
    let sender: NodeID
    let id: UInt64
    let index: Int
    let count: Int
    let total: Int
    let body: [UInt8]

    init(_ bytes: [UInt8]) throws(WireError) {
        guard bytes.count <= WireLimits.fragmentBytes else {
            throw .limitExceeded("bytes of a fragment", limit: WireLimits.fragmentBytes)
        }
        let fragment: ProtoFragment
        do {
            fragment = try ProtoFragment(serializedBytes: bytes, options: WireCodec.decodingOptions)
        } catch {
            throw .malformed("a fragment: \(error)")
        }
        guard fragment.major == WireVersion.major else {
            let name = Naming.isNodeName(fragment.sender) ? fragment.sender : nil
            throw .otherMajor(fragment.major, minor: 0, sender: name)
        }
        sender = NodeID(
            name: try Check.nodeName(fragment.sender),
            incarnation: try Check.counter(fragment.incarnation, "incarnation"))
        id = fragment.id
        guard fragment.total <= WireLimits.frameBytes else { throw .oversized(bytes: Int(fragment.total)) }
        total = Int(fragment.total)
        try Check.count(Int(fragment.count), atMost: WireLimits.fragments, "fragments of a frame")
        guard fragment.index < fragment.count, !fragment.body.isEmpty, fragment.body.count <= total else {
            throw .malformed("fragment \(fragment.index) of \(fragment.count)")
        }
        count = Int(fragment.count)
        index = Int(fragment.index)
        body = [UInt8](fragment.body)
    }
}
