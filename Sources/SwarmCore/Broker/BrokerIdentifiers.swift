/// A connection of a ``BrokerModel``. Never used twice; ordered by age.
package struct BrokerConnectionID: Hashable, Comparable, Sendable {
    let number: SlotNumber

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// A queue of a ``BrokerModel``. Never used twice, not even for a queue of the same name; ordered by age.
package struct BrokerQueueID: Hashable, Comparable, Sendable {
    let number: SlotNumber

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// A topic exchange of a ``BrokerModel``; exchanges are never deleted.
package struct BrokerExchangeID: Hashable, Sendable {
    let index: Int
}

/// One consumer on one queue.
package struct BrokerConsumerID: Hashable, Sendable {
    let queue: BrokerQueueID
    let number: UInt64
}

/// Names a slot of a table and who has it: slots are used again, the serial in front of the slot never is.
struct SlotNumber: Hashable, Comparable, Sendable {
    private static let slotBits: UInt64 = 20
    static let slotLimit = 1 << 20

    private let rawValue: UInt64

    init(serial: UInt64, slot: Int) { rawValue = serial << Self.slotBits | UInt64(slot) }

    var slot: Int { Int(rawValue & (UInt64(Self.slotLimit) - 1)) }

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
