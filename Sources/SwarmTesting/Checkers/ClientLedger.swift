/// The requests of clients: each is answered or failed once, in its time.
package struct ClientLedger: Sendable {
    package enum Kind: Sendable, Equatable {
        case register(BirthID)
        case unregister
        case deliver(MessageID, isOneWay: Bool)
        case other
    }

    package struct Entry: Sendable {
        package let kind: Kind
        package let name: NameID
        package let process: ProcessID
        package let deadline: UInt64
        package var answeredAt: UInt64?
        package var isSuccess = false
    }

    private var requests: [OperationID: Entry] = [:]
    package private(set) var violations: [Violation] = []
    /// Answered this much after the deadline is late, in microseconds.
    private let slack: UInt64

    package init(slack: UInt64) { self.slack = slack }

    package subscript(operation: OperationID) -> Entry? { requests[operation] }

    package mutating func invoked(
        _ operation: OperationID, _ kind: Kind, _ name: NameID, on process: ProcessID, deadline: UInt64
    ) {
        requests[operation] = Entry(kind: kind, name: name, process: process, deadline: deadline)
    }

    package mutating func answered(_ operation: OperationID, isSuccess: Bool, at time: UInt64) {
        guard let request = requests[operation] else {
            return report(.answeredTwice, time, "request \(operation) was never made")
        }
        if let first = request.answeredAt {
            return report(.answeredTwice, time, "request \(operation) (\(request.kind)), first at \(first)")
        }
        if time > request.deadline + slack {
            report(
                .unanswered, time,
                "request \(operation) (\(request.kind) of \(request.name)) on \(request.process) answered \(time - request.deadline) µs late"
            )
        }
        requests[operation]?.answeredAt = time
        requests[operation]?.isSuccess = isSuccess
    }

    /// All requests are due; those of processes that ended are excused.
    package mutating func finish(at time: UInt64, isAlive: (ProcessID) -> Bool) {
        for operation in requests.keys.sorted() {
            guard let request = requests[operation], request.answeredAt == nil, isAlive(request.process),
                request.deadline + slack < time
            else { continue }
            report(.unanswered, time, "request \(operation) (\(request.kind) of \(request.name)) on \(request.process)")
        }
    }

    /// Messages whose sender was told that they were accepted (one way) or answered (calls).
    package var acceptedMessages: [(message: MessageID, name: NameID)] {
        requests.keys.sorted().compactMap { operation in
            guard let request = requests[operation], request.isSuccess, case .deliver(let message, _) = request.kind
            else { return nil }
            return (message, request.name)
        }
    }

    private mutating func report(_ rule: Violation.Rule, _ time: UInt64, _ text: String) {
        if violations.count < 32 { violations.append(Violation(rule, at: time, text)) }
    }
}
