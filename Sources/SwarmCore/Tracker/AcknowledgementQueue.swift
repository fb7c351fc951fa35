import DequeModule

/// Answers to local requests that wait until another node has applied the operation too.
struct AcknowledgementQueue: Sendable {
    struct Waiting: Sendable {
        let sequence: UInt64
        let id: RequestID
        let result: Result<ReplyBody, Failure>
    }

    /// By ascending sequence, which is not the order in which they come: a write may first wait for a binding.
    private var waiting: Deque<Waiting> = []
    /// Asked of whom, up to where, and when to ask again.
    var partner: NodeID?
    var askedUpTo: UInt64 = 0
    var nextAsk: UInt64 = 0
    /// A question is on its way: what comes meanwhile goes into the next one.
    var isAsked = false

    var isEmpty: Bool { waiting.isEmpty }
    var last: UInt64? { waiting.last?.sequence }

    mutating func add(_ item: Waiting) {
        var index = waiting.count
        while index > 0, waiting[index - 1].sequence > item.sequence { index -= 1 }
        waiting.insert(item, at: index)
    }

    /// All that wait for no more than `upTo`.
    mutating func take(upTo: UInt64) -> [Waiting] {
        var taken: [Waiting] = []
        while let first = waiting.first, first.sequence <= upTo {
            taken.append(first)
            waiting.removeFirst()
        }
        return taken
    }
}
