package import SwarmCore
import SwiftProtobuf

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Cuts encoded frames that are too long for one message of the broker.
package struct Fragmenter: Sendable {
    /// The first byte of a fragment: the tag of `Fragment.major`.
    static let firstByte: UInt8 = 0x78
    /// Bytes of the frame in one fragment; the rest of ``WireLimits/fragmentBytes`` is for the fields around them.
    static let pieceBytes = WireLimits.fragmentBytes - 256

    private let node: NodeID
    private var nextID: UInt64 = 1

    /// - Parameter node: The sender; its incarnation tells its fragments from those of an earlier start.
    package init(node: NodeID) { self.node = node }

    /// The bodies to publish, in order: the frame as it is, or its fragments.
    package mutating func bodies(of frame: [UInt8]) throws(WireError) -> [[UInt8]] {
        guard frame.count > WireLimits.fragmentBytes else { return [frame] }
        guard frame.count <= WireLimits.frameBytes else { throw .oversized(bytes: frame.count) }
        var fragment = ProtoFragment()
        fragment.major = WireVersion.major
        fragment.sender = try Check.nodeName(node.name)
        fragment.incarnation = try Check.counter(node.incarnation, "incarnation")
        fragment.id = nextID
        fragment.count = UInt32((frame.count + Self.pieceBytes - 1) / Self.pieceBytes)
        fragment.total = UInt32(frame.count)
        nextID &+= 1
        var bodies: [[UInt8]] = []
        bodies.reserveCapacity(Int(fragment.count))
        for start in stride(from: 0, to: frame.count, by: Self.pieceBytes) {
            fragment.index = UInt32(bodies.count)
            fragment.body = Data(frame[start..<min(start + Self.pieceBytes, frame.count)])
            do {
                bodies.append(try fragment.serializedBytes())
            } catch {
                throw .malformed("not encodable: \(error)")
            }
        }
        return bodies
    }
}
