/// What carries a cluster: the same scenarios hold on all of them.
enum Backend: String, CaseIterable, Sendable, CustomStringConvertible {
    case inMemory = "in-memory broker"
    case rabbitMQ = "RabbitMQ"

    var description: String { rawValue }
}
