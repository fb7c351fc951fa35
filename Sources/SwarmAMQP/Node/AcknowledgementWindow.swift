/// Deliveries of one channel that wait to be acknowledged, so that many are acknowledged with one method.
struct AcknowledgementWindow {
    struct Batch: Equatable {
        var tag: UInt64
        /// All up to the tag.
        var multiple: Bool
    }

    /// The lowest tag that was not acknowledged to the broker.
    private var next: UInt64 = 1
    /// Dealt with, but not told to the broker yet.
    private var done: Set<UInt64> = []
    /// Told to the broker, one by one, above `next`.
    private var told: Set<UInt64> = []
    private var highest: UInt64 = 0

    /// How many deliveries are not dealt with yet.
    var outstanding: Int { Int(highest - (next - 1)) - done.count - told.count }

    /// The broker delivered a message. Tags of a channel are 1, 2, 3, ...
    mutating func delivered(_ tag: UInt64) { highest = max(highest, tag) }

    /// A delivery has been dealt with. Doing so twice, or for one that never was, changes nothing.
    mutating func acknowledge(_ tag: UInt64) {
        guard tag >= next, tag <= highest, !told.contains(tag) else { return }
        done.insert(tag)
    }

    /// What to tell the broker: one acknowledgement for all up to the first that is still being dealt with, and single
    /// ones beyond, in order.
    mutating func flush() -> [Batch] {
        guard !done.isEmpty else { return [] }
        var batches: [Batch] = []
        // The broker takes only tags that are not acknowledged yet: the last one told has to be one of `done`.
        var lastDone: UInt64?
        var count = 0
        while true {
            if done.remove(next) != nil {
                lastDone = next
                count += 1
            } else if told.remove(next) == nil {
                break
            }
            next += 1
        }
        if let lastDone { batches.append(Batch(tag: lastDone, multiple: count > 1)) }
        for tag in done.sorted() { batches.append(Batch(tag: tag, multiple: false)) }
        told.formUnion(done)
        done.removeAll(keepingCapacity: true)
        return batches
    }
}
