import DequeModule
import HeapModule

/// Requests of other nodes: what is being done, and what was answered, so that a repeated one is not done twice.
///
/// An answer is kept as long as its request lives, and a little longer. The id is kept for a minute more: a repetition
/// may come out of a blocked connection or a stalled process long after its time, and must not be carried out again.
struct ServedTable: Sendable {
    enum State: Sendable {
        case new
        case inProgress
        case answered(Reply)
        /// This try, or a later one, was refused for now: its asker has heard that, and tries another node, or will.
        case refused
        /// It was carried out; the answer is no longer here.
        case past
    }

    private enum Phase {
        case inProgress
        /// For now; the next try is looked at afresh.
        case refused
        case done
    }

    private struct Entry: Sendable {
        var expires: UInt64
        /// A refusal is final, too: whoever asks again does so under another id.
        let isOnce: Bool
        /// The highest seen.
        var tries: UInt32
        var phase = Phase.inProgress
        var reply: Reply?
    }

    private var entries: [RequestID: Entry] = [:]
    private struct Expiry: Comparable, Sendable {
        let at: UInt64
        let id: RequestID

        static func < (left: Expiry, right: Expiry) -> Bool {
            left.at == right.at ? left.id < right.id : left.at < right.at
        }
    }

    private var answers = Heap<Expiry>()
    private var ids: Deque<RequestID> = []
    private var inProgress = 0
    /// Of the payloads of the answers that are kept.
    private var bytes = 0

    static let grace: UInt64 = 2_000_000
    static let memory: UInt64 = 60_000_000
    /// More ids than this are forgotten early, the oldest first.
    static let idLimit = 1_000_000
    /// Beyond so many bytes of kept answers a repetition is told that its answer is no longer here.
    static let byteLimit = 64 << 20

    /// nil: too many are in progress.
    mutating func begin(
        _ id: RequestID, tries: UInt32, lifetime: UInt64, isOnce: Bool, now: UInt64, limit: Int
    ) -> State? {
        if let entry = entries[id] {
            if let reply = entry.reply { return .answered(reply) }
            switch entry.phase {
            case .done: return .past
            case .inProgress:
                entries[id]?.tries = max(entry.tries, tries)
                return .inProgress
            case .refused:
                guard tries > entry.tries else { return .refused }
                guard inProgress < limit else { return nil }
                entries[id]?.tries = tries
                entries[id]?.phase = .inProgress
                inProgress += 1
                return .new
            }
        }
        guard inProgress < limit else { return nil }
        entries[id] = Entry(expires: now + lifetime + Self.grace, isOnce: isOnce, tries: tries)
        inProgress += 1
        answers.insert(Expiry(at: now + lifetime + Self.grace, id: id))
        ids.append(id)
        return .new
    }

    /// The request was passed on: a repetition is to be looked at afresh.
    mutating func forget(_ id: RequestID) {
        guard let entry = entries.removeValue(forKey: id), entry.phase == .inProgress else { return }
        inProgress -= 1
    }

    /// Which try of it is the last that was seen; 0 if it is not known.
    func tries(of id: RequestID) -> UInt32 { entries[id]?.tries ?? 0 }

    /// It was answered. What may succeed a moment later is for the next try to ask, unless it is to be done once.
    mutating func answer(_ reply: Reply) {
        guard let entry = entries[reply.id] else { return }
        if entry.phase == .inProgress { inProgress -= 1 }
        if case .failure(let failure) = reply.result, failure.code.isRetryable, !entry.isOnce {
            if entry.phase == .inProgress { entries[reply.id]?.phase = .refused }
            return
        }
        entries[reply.id]?.phase = .done
        // Past its time nobody asks for it.
        guard entry.phase != .done else { return }
        guard bytes + Self.size(of: reply) <= Self.byteLimit else { return }
        bytes += Self.size(of: reply)
        entries[reply.id]?.reply = reply
    }

    private static func size(of reply: Reply?) -> Int {
        switch reply?.result {
        case .success(.payload(let bytes)): bytes.count
        case .success(.text(let text)): text.utf8.count
        default: 0
        }
    }

    mutating func expire(now: UInt64) {
        while let first = answers.min, first.at <= now {
            answers.removeMin()
            guard let entry = entries[first.id], entry.expires <= now else { continue }
            if entry.phase == .inProgress { inProgress -= 1 }
            bytes -= Self.size(of: entry.reply)
            entries[first.id]?.phase = .done
            entries[first.id]?.reply = nil
        }
        // In order of arrival; one with a long life keeps the ids behind it a while longer.
        while let first = ids.first {
            if let entry = entries[first], now < entry.expires + Self.memory, ids.count <= Self.idLimit { break }
            if let entry = entries.removeValue(forKey: first) {
                if entry.phase == .inProgress { inProgress -= 1 }
                bytes -= Self.size(of: entry.reply)
            }
            ids.removeFirst()
        }
    }
}
