import Logging

/// The keys of what the RabbitMQ transport logs with.
enum AMQPLoggingKey {
    static let broker = "amqp-broker"
    static let connection = "amqp-connection"
    static let reason = "amqp-reason"
    static let queue = "amqp-queue"
    static let key = "amqp-key"
    static let lane = "amqp-lane"
    static let count = "amqp-count"
    static let user = "amqp-user"
}

/// Lets one line through a period, and counts those that it kept back. Times are uptimes in nanoseconds.
struct LogLimiter: Sendable {
    let period: UInt64
    private var last: UInt64?
    private var kept = 0

    init(period: Duration = .seconds(60)) { self.period = UInt64(period / .nanoseconds(1)) }

    /// Nil: not now. Otherwise how many were kept back since the last one.
    mutating func admit(now: UInt64) -> Int? {
        if let last, now < last + period {
            kept += 1
            return nil
        }
        defer { kept = 0 }
        last = now
        return kept
    }
}
