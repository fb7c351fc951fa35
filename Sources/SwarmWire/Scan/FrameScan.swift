import SwarmCore

/// Looks through an encoded frame before it is decoded, so that decoding it is cheap and bounded.
///
/// The decoder of swift-protobuf allocates as it reads: an empty message of two bytes becomes a struct of some hundred
/// bytes, and a packed column that is split into many fields is copied once for each. So the number of fields
/// is limited, and what must not occur twice may not.
enum FrameScan {
    /// Refuses another major version by name, as long as the frame keeps to what all versions have in common.
    static func checkVersion(_ bytes: [UInt8]) throws(WireError) {
        guard bytes.first == WireCodec.firstByte else { throw .malformed("it does not start with a version") }
        var scanner = FieldScanner(bytes, bytes.indices)
        var major: UInt32 = 0
        var minor: UInt32 = 0
        var sender: String?
        do throws(WireError) {
            while try scanner.next(), scanner.field <= 5 {
                switch scanner.field {
                case 1: major = UInt32(truncatingIfNeeded: scanner.value)
                case 2: minor = UInt32(truncatingIfNeeded: scanner.value)
                case 3 where scanner.content.count <= Naming.wordLimit:
                    sender = String(decoding: bytes[scanner.content], as: UTF8.self)
                default: break
                }
            }
        } catch {
            // What follows need not be readable for another version to count.
            if major == 0 || major == WireVersion.major { throw error }
        }
        guard major > 0 else { throw .malformed("it has no version") }
        guard major == WireVersion.major else {
            throw .otherMajor(major, minor: minor, sender: sender.flatMap { Naming.isNodeName($0) ? $0 : nil })
        }
    }

    /// Checks the structure of a frame, down to the messages that contain something repeated.
    static func check(_ bytes: [UInt8]) throws(WireError) {
        var fields = 0
        try check(bytes, bytes.indices, as: .envelope, &fields)
    }

    /// Calls itself only along ``FrameShape``, which is six messages deep.
    private static func check(
        _ bytes: [UInt8], _ range: Range<Int>, as shape: FrameShape, _ fields: inout Int
    ) throws(WireError) {
        var scanner = FieldScanner(bytes, range)
        var seen: UInt64 = 0
        var children = 0
        while try scanner.next() {
            fields += 1
            guard fields <= WireLimits.fields else {
                throw .limitExceeded("fields in a frame", limit: WireLimits.fields)
            }
            let rule = shape.rule(for: scanner.field)
            let child: FrameShape
            switch rule {
            case .free: continue
            case .repeated(let each):
                children += 1
                child = each
            case .once(let only):
                guard seen & 1 << scanner.field == 0 else {
                    throw .malformed("field \(scanner.field) of \(shape.rawValue) twice")
                }
                seen |= 1 << scanner.field
                guard let only else { continue }
                child = only
            }
            guard scanner.isLengthDelimited else { throw .malformed("field \(scanner.field) is no message") }
            try check(bytes, scanner.content, as: child, &fields)
        }
        guard children <= shape.childLimit else {
            throw .limitExceeded("\(shape.rawValue) entries", limit: shape.childLimit)
        }
    }
}
