package import SwarmCore

/// Puts fragments together again.
///
/// What it keeps is bounded for each sender and in all, in bytes, in frames and in age. At a limit the oldest frame (of
/// that sender, or of all) is given up for the new one; whoever needs it will have it sent again.
package struct Assembler: Sendable {
    package struct Limits: Sendable {
        /// Frames of one sender. Default 64.
        package var frames = 64
        /// Bytes kept of one sender. Default 64 MiB.
        package var bytes = 64 << 20
        /// Bytes kept in all. Default 256 MiB.
        package var totalBytes = 256 << 20
        /// Frames in all. Default 4,096.
        package var totalFrames = 4_096
        /// A frame that is not complete so long after its first fragment is given up. In microseconds; default 30 s.
        package var age: UInt64 = 30_000_000

        package init() {}
    }

    private struct Key: Hashable {
        let sender: NodeID
        let id: UInt64
    }

    private struct Partial {
        let order: UInt64
        let started: UInt64
        let total: Int
        let count: Int
        var pieces: [Int: [UInt8]] = [:]
        var bytes = 0
    }

    private let limits: Limits
    private var partials: [Key: Partial] = [:]
    private var order: UInt64 = 0
    /// Bytes kept in all.
    package private(set) var bytes = 0
    /// How many frames were given up.
    package private(set) var dropped = 0

    /// Frames that wait for more of their fragments.
    package var waiting: Int { partials.count }

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Takes the body of a message of the broker. Gives the frame if it is one or completes one, else nil.
    package mutating func accept(_ body: [UInt8], now: Instant) throws(WireError) -> [UInt8]? {
        guard body.first == Fragmenter.firstByte else { return body }
        let fragment = try FragmentPiece(body)
        expire(now: now)
        let key = Key(sender: fragment.sender, id: fragment.id)
        var partial =
            partials.removeValue(forKey: key)
            ?? Partial(order: nextOrder(), started: now.uptime, total: fragment.total, count: fragment.count)
        bytes -= partial.bytes
        guard partial.total == fragment.total, partial.count == fragment.count else {
            dropped += 1
            throw .malformed("fragments of one frame that do not agree")
        }
        if partial.pieces[fragment.index] == nil {
            partial.bytes += fragment.body.count
            partial.pieces[fragment.index] = fragment.body
        }
        if partial.pieces.count == partial.count { return try join(partial) }
        makeRoom(for: partial, of: key.sender)
        bytes += partial.bytes
        partials[key] = partial
        return nil
    }

    /// Gives up what has waited for too long.
    package mutating func expire(now: Instant) {
        if partials.isEmpty { return }
        let late = partials.filter { now.uptime >= $0.value.started &+ limits.age }
        for key in late.keys { drop(key) }
    }

    private mutating func nextOrder() -> UInt64 {
        order += 1
        return order
    }

    private mutating func join(_ partial: Partial) throws(WireError) -> [UInt8] {
        guard partial.bytes == partial.total else {
            dropped += 1
            throw .malformed("fragments of \(partial.bytes) bytes, not \(partial.total)")
        }
        var frame: [UInt8] = []
        frame.reserveCapacity(partial.total)
        for index in 0..<partial.count { frame.append(contentsOf: partial.pieces[index] ?? []) }
        return frame
    }

    private mutating func makeRoom(for partial: Partial, of sender: NodeID) {
        while true {
            let own = partials.filter { $0.key.sender == sender }
            let ownBytes = own.values.reduce(partial.bytes) { $0 + $1.bytes }
            guard own.count >= limits.frames || ownBytes > limits.bytes, dropOldest(of: own) else { break }
        }
        while bytes + partial.bytes > limits.totalBytes || partials.count >= limits.totalFrames {
            guard dropOldest(of: partials) else { break }
        }
    }

    private mutating func dropOldest(of candidates: [Key: Partial]) -> Bool {
        guard let oldest = candidates.min(by: { $0.value.order < $1.value.order }) else { return false }
        drop(oldest.key)
        return true
    }

    private mutating func drop(_ key: Key) {
        guard let partial = partials.removeValue(forKey: key) else { return }
        bytes -= partial.bytes
        dropped += 1
    }
}
