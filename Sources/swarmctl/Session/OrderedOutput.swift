import Synchronization

/// Brings results that come in any order into the order of the questions. No more than `limit` are under way or held.
final class OrderedOutput: Sendable {
    private struct State {
        var held: [Int: NamedResult] = [:]
        /// The next to write, and how many have been written.
        var next = 0
        var written = 0
        var status = CommandStatus.done
        var isWriting = false
        var waiter: (index: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    static let limit = 512

    private let state = Mutex(State())
    private let write: @Sendable (NamedResult) -> Void

    init(write: @escaping @Sendable (NamedResult) -> Void) { self.write = write }

    /// The worst of all results.
    var status: CommandStatus { state.withLock { $0.status } }

    /// Returns when the result of this number would not be too far ahead. One at a time waits.
    func waitForRoom(for index: Int) async {
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                if index < state.written + Self.limit { return true }
                state.waiter = (index, continuation)
                return false
            }
            if hasRoom { continuation.resume() }
        }
    }

    func put(_ result: NamedResult, at index: Int) {
        state.withLock { state in
            state.held[index] = result
            state.status = max(state.status, result.result.status)
        }
        // One at a time writes, and whoever comes meanwhile leaves it to them: so the order holds without a lock around
        // the writing.
        while let due = beginWriting() {
            for result in due { write(result) }
            endWriting(due.count)
        }
    }

    private func beginWriting() -> [NamedResult]? {
        state.withLock { state in
            guard !state.isWriting, state.held[state.next] != nil else { return nil }
            state.isWriting = true
            var due: [NamedResult] = []
            while let result = state.held.removeValue(forKey: state.next) {
                due.append(result)
                state.next += 1
            }
            return due
        }
    }

    private func endWriting(_ count: Int) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.isWriting = false
            state.written += count
            guard let waiter = state.waiter, waiter.index < state.written + Self.limit else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume()
    }
}
