import SwarmCheckers
import SwarmCore

/// What simulated clients and workers send each other.
enum SimulatedPayload {
    static func message(_ message: MessageID, fails: Bool, isSlow: Bool) -> [UInt8] {
        bytes(of: message) + [(fails ? 1 : 0) | (isSlow ? 2 : 0)]
    }

    static func mail(_ held: HeldMessage) -> SimulatedWorker.Mail {
        let flags = held.payload.count > 8 ? held.payload[8] : 0
        return SimulatedWorker.Mail(
            message: number(in: held.payload, at: 0), request: held.request, payload: held.payload,
            isOneWay: held.oneWay, fails: flags & 1 != 0, isSlow: flags & 2 != 0)
    }

    static func reply(_ message: MessageID, count: UInt64) -> [UInt8] { bytes(of: message) + bytes(of: count) }

    static func readReply(_ payload: [UInt8]) -> (message: MessageID, count: UInt64)? {
        payload.count >= 16 ? (number(in: payload, at: 0), number(in: payload, at: 8)) : nil
    }

    /// What an application's worker gets of a message; nil if it is the simulator's alone.
    static func applicationPart(of payload: [UInt8]) -> [UInt8]? {
        payload.count > 9 ? Array(payload.dropFirst(9)) : nil
    }

    /// `size`: so long that a snapshot of a few names takes several chunks.
    static func arguments(_ birth: BirthID, size: Int) -> [UInt8] {
        let number = bytes(of: birth)
        return number + Array(repeating: 0, count: max(0, size - number.count))
    }

    static func birth(of arguments: [UInt8]) -> BirthID { number(in: arguments, at: 0) }

    /// The state of a worker: the simulator's own, then that of the application's.
    static func state(_ state: [UInt8]) -> (counter: CounterState?, application: [UInt8]) {
        let size = CounterState.encodedSize
        return (CounterState(Array(state.prefix(size))), Array(state.dropFirst(size)))
    }

    private static func bytes(of value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    private static func number(in bytes: [UInt8], at offset: Int) -> UInt64 {
        guard bytes.count >= offset + 8 else { return .max }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        return value
    }
}

extension FencingToken {
    init(_ token: Token) {
        self.init(clock: token.clock, incarnation: token.node.incarnation, node: token.node.name)
    }
}
