import DequeModule
import Logging
import SwarmCore
import Synchronization

// Start, handoff and stop: the steps that are no messages, and what is told of them.
extension WorkerCell {
    func perform(_ control: WorkerGate.Control, _ body: (any WorkerBody)?) async {
        switch control {
        case .start(let order, let state): await start(order, state)
        case .beginHandoff(let attempt): await beginHandoff(attempt, body)
        case .merge(let attempt, let state): await merge(attempt, state, body)
        case .stop:
            let reason = gate.withLock { $0.closing?.reason } ?? .requested
            await body?.stop(reason)
            finish()
        }
    }

    // MARK: Start

    private func start(_ order: WorkerOrder, _ state: HandedState?) async {
        let body: any WorkerBody
        do {
            body = try kind.start(WorkerContext(identity: identity), order.arguments, runtime.coder)
        } catch {
            return startFailed(error)
        }
        if case .bytes(let state) = state {
            do {
                try await body.endHandoff(state, coder: runtime.stateCoder)
            } catch {
                await body.stop(.failed(error.message))
                return startFailed(error)
            }
        }
        // One that stops itself in its `init` has started nonetheless; one that the tracker stopped is past that.
        guard gate.withLock({ $0.started(body) || $0.closing?.isOrdered == false }) else { return }
        runtime.metrics.count(.starts)
        runtime.report(.started(workerID: workerID, .success(())))
    }

    private func startFailed(_ failure: Failure) {
        runtime.metrics.count(.startFailures)
        runtime.logger.warning("Worker did not start: \(failure.message)", metadata: metadata)
        // Told to stop meanwhile: then that is what is answered.
        let isOrdered = gate.withLock { $0.closing?.isOrdered } ?? false
        finish(startFailure: isOrdered ? nil : failure)
    }

    // MARK: Handoff

    func beginHandoff(attempt: UInt64) {
        if let choice = change({ $0.beginHandoff(attempt: attempt) }) {
            return runtime.report(.handoffBegun(workerID: workerID, attempt: attempt, choice))
        }
        runtime.timers.schedule(after: runtime.configuration.handoffPatience) { [weak self] in
            self?.handoffOverdue(attempt: attempt)
        }
    }

    private func beginHandoff(_ attempt: UInt64, _ body: (any WorkerBody)?) async {
        guard let body else { return }
        let choice = await body.beginHandoff(coder: runtime.stateCoder)
        guard gate.withLock({ $0.handoffBegun(attempt: attempt, choice) }) else { return }
        if case .failed(let reason) = choice {
            runtime.logger.warning("Worker does not move: \(reason)", metadata: metadata)
        }
        runtime.report(.handoffBegun(workerID: workerID, attempt: attempt, choice))
    }

    private func handoffOverdue(attempt: UInt64) {
        guard let choice = change({ $0.handoffOverdue(attempt: attempt) }) else { return }
        runtime.metrics.count(.handoffsBusy)
        runtime.logger.warning("Worker does not move: it did not let go in time", metadata: metadata)
        runtime.report(.handoffBegun(workerID: workerID, attempt: attempt, choice))
    }

    func activate(token: Token, held: [HeldMessage]) {
        identity.raise(token)
        let letters = held.map {
            Letter.encoded($0.payload, request: $0.oneWay ? nil : $0.request, oneWay: $0.oneWay)
        }
        _ = change { $0.activate(held: letters) }
    }

    func merge(attempt: UInt64, state: HandedState) {
        if !change({ $0.merge(attempt: attempt, state: state) }) { cutOff(.merge(attempt: attempt, state)) }
    }

    private func merge(_ attempt: UInt64, _ state: HandedState, _ body: (any WorkerBody)?) async {
        guard let body else { return cutOff(.merge(attempt: attempt, state)) }
        do {
            if case .bytes(let state) = state { try await body.resolveConflict(state, coder: runtime.stateCoder) }
            runtime.report(.merged(workerID: workerID, attempt: attempt, .success(())))
        } catch {
            runtime.logger.warning("Conflict not merged: \(error.message)", metadata: metadata)
            runtime.report(.merged(workerID: workerID, attempt: attempt, .failure(error)))
        }
    }

    // MARK: Stop

    /// The tracker wants it.
    func stop(_ reason: StopReason, collectsHeld: Bool) {
        let holder = gate.withLock { $0.task }
        close(WorkerGate.Closing(reason: reason, failure: nil, isOrdered: true, collectsHeld: collectsHeld))
        // What works on without a quorum does harm: the message in hand gets no time to end well.
        if reason == .quorumLost { holder?.cancel() }
    }

    /// It ends on its own: with a failure, or because it wants to.
    func end(failure: String?) {
        let reason = failure.map { StopReason.failed($0) } ?? .requested
        let closed = close(
            WorkerGate.Closing(reason: reason, failure: failure, isOrdered: false, collectsHeld: false))
        guard closed, let failure else { return }
        runtime.metrics.count(.failures)
        runtime.logger.warning("Worker failed: \(failure)", metadata: metadata)
    }

    @discardableResult
    private func close(_ closing: WorkerGate.Closing) -> Bool {
        guard let remains = change({ $0.close(closing) }) else { return false }
        dismiss(remains, closing.reason)
        awaitStop { $0.stopOverdue() }
        return true
    }

    /// Calls `action` unless it stops in time.
    private func awaitStop(_ action: @escaping @Sendable (WorkerCell) -> Void) {
        let timer = runtime.timers.schedule(after: runtime.configuration.stopPatience) { [weak self] in
            if let self { action(self) }
        }
        if !gate.withLock({ $0.keep(stopTimer: timer) }) { runtime.timers.cancel(timer) }
    }

    private func stopOverdue() {
        gate.withLock { $0.task }?.cancel()
        awaitStop { $0.forceStop() }
    }

    private func forceStop() {
        guard gate.withLock({ $0.phase == .stopping }) else { return }
        runtime.metrics.count(.stopsForced)
        runtime.logger.error("Worker did not stop in time and is given up", metadata: metadata)
        finish()
    }

    /// It was adopted for a registration that was refused.
    func forget() { finish() }

    /// The process is gone, as far as this worker is concerned: nothing of its code is called any more, not even `stop`.
    func crash() {
        gate.withLock { $0.task }?.cancel()
        finish()
    }

    /// The last step. From here on the runtime does not know the worker.
    private func finish(startFailure: Failure? = nil) {
        let (remains, closing, timers) = gate.withLock { gate in
            let remains = gate.finish()
            defer { gate.timers = [:] }
            return (remains, gate.closing, gate.timers)
        }
        guard let remains else { return }
        for ticker in timers.values { runtime.timers.cancel(ticker.place) }
        if let timer = closing?.timer { runtime.timers.cancel(timer) }
        runtime.remove(self)
        if let startFailure {
            dismiss(remains, .failed(startFailure.message))
            return runtime.report(.started(workerID: workerID, .failure(startFailure)))
        }
        guard let closing else { return dismiss(remains, .requested) }
        if closing.collectsHeld {
            handOn(remains)
        } else {
            dismiss(remains, closing.reason)
        }
        if !closing.isOrdered { runtime.reportEnd(of: self, failure: closing.failure) }
    }

    /// Answers what will not be done.
    private func dismiss(_ remains: WorkerGate.Remains, _ reason: StopReason) {
        for letter in remains.letters { refuse(letter, with: .workerGone(reason)) }
        for control in remains.controls { cutOff(control) }
    }

    private func cutOff(_ control: WorkerGate.Control) {
        switch control {
        case .start, .stop: break
        case .beginHandoff(let attempt):
            runtime.report(.handoffBegun(workerID: workerID, attempt: attempt, .failed("it has stopped")))
        case .merge(let attempt, _):
            runtime.report(
                .merged(workerID: workerID, attempt: attempt, .failure(SwarmError.workerGone(.requested).failure)))
        }
    }

    /// Gives what waited to the worker's next place: encoded messages go along; callers of this node ask there
    /// themselves, once the tracker knows that the worker has stopped here.
    private func handOn(_ remains: WorkerGate.Remains) {
        var held: [HeldMessage] = []
        var callers: [ReplySlot] = []
        for letter in remains.letters {
            switch letter {
            case .encoded(let payload, let request, let oneWay):
                held.append(HeldMessage(request: request, payload: payload, oneWay: oneWay))
            case .local(let letter), .tick(_, let letter, _):
                if let slot = letter.slot {
                    callers.append(slot)
                    continue
                }
                do {
                    held.append(
                        HeldMessage(request: nil, payload: try letter.encoded(with: runtime.coder), oneWay: true))
                } catch {
                    runtime.metrics.count(.drops)
                    runtime.logger.warning("Message dropped: \(error.message)", metadata: metadata)
                }
            }
        }
        for control in remains.controls { cutOff(control) }
        runtime.report(.stopped(workerID: workerID, held: held))
        for caller in callers { caller.settle(.elsewhere) }
    }
}
