import Synchronization

/// A timer of a worker.
struct WorkerTicker: Sendable {
    let letter: any LocalLetter
    /// nil: fires once.
    let interval: Duration?
    var due: Duration
    /// In the runtime's queue of timers.
    var place: TimerQueue.ID
    /// Its message is in the mailbox.
    var isWaiting = false
}

extension WorkerCell {
    func addTimer(after delay: Duration, every interval: Duration?, _ message: any Sendable) throws -> WorkerTimer {
        guard let letter = kind.letter(message) else {
            throw SwarmError(
                .invalidArgument, "'\(kind.name)' does not receive messages of type \(type(of: message)); use its own.")
        }
        let due = runtime.timers.now + delay
        let limit = runtime.configuration.timerLimit
        return try gate.withLock { gate in
            guard gate.timers.count < limit else {
                throw SwarmError(.overloaded, "'\(identity.name)' has \(limit) timers already; cancel some.")
            }
            guard let id = gate.makeTimer() else {
                throw SwarmError(.stopped, "The worker has stopped; start timers while it works.")
            }
            gate.timers[id] = WorkerTicker(letter: letter, interval: interval, due: due, place: schedule(id, at: due))
            return WorkerTimer(identity: identity, id: id)
        }
    }

    func cancelTimer(_ id: UInt64) {
        guard let ticker = gate.withLock({ $0.timers.removeValue(forKey: id) }) else { return }
        runtime.timers.cancel(ticker.place)
    }

    private func schedule(_ id: UInt64, at due: Duration) -> TimerQueue.ID {
        runtime.timers.schedule(at: due) { [weak self] in self?.tick(id) }
    }

    private func tick(_ id: UInt64) {
        let now = runtime.timers.now
        let isFull = change { gate in
            guard var ticker = gate.timers[id] else { return false }
            if let interval = ticker.interval {
                // From due to due, so that it does not drift; what was missed altogether is not made up for.
                ticker.due += interval
                if ticker.due <= now { ticker.due = now + interval }
                ticker.place = schedule(id, at: ticker.due)
            }
            var isFull = false
            if !ticker.isWaiting {
                switch gate.admit(.tick(id, ticker.letter, repeats: ticker.interval != nil)) {
                case .now, .queued: ticker.isWaiting = true
                case .full: isFull = true
                case .gone: break
                }
            }
            gate.timers[id] = ticker.isWaiting || ticker.interval != nil ? ticker : nil
            return isFull
        }
        if isFull { runtime.metrics.count(.overflows) }
    }
}
