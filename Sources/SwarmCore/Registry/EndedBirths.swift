import DequeModule

/// The births of names that were unregistered, as far as they were seen; bounded, the oldest go first.
struct EndedBirths: Sendable {
    private var births: Set<LogPosition> = []
    private var order: Deque<LogPosition> = []
    static let limit = 100_000

    mutating func add(_ birth: LogPosition) {
        guard births.insert(birth).inserted else { return }
        order.append(birth)
        if order.count > Self.limit { births.remove(order.removeFirst()) }
    }

    func contains(_ birth: LogPosition) -> Bool { births.contains(birth) }
}
