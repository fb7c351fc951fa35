import Logging
import SwarmCore
import Synchronization

/// One worker of this node: its gate, and whoever works at it.
///
/// The gate decides (`WorkerGate`); the cell calls the user's code and tells the runtime what came of it. No lock is held
/// while the user's code runs. There is a task only while there is work.
final class WorkerCell: Sendable {
    /// Messages handled in one go before others on this thread get a chance.
    static let burst = 32

    let identity: WorkerIdentity
    let kind: WorkerKind
    let runtime: WorkerRuntime
    /// It was registered running: its instance is the application's, and cannot be started again.
    let isAdopted: Bool
    let gate: Mutex<WorkerGate>

    init(_ gate: WorkerGate, identity: WorkerIdentity, kind: WorkerKind, runtime: WorkerRuntime, isAdopted: Bool) {
        self.gate = Mutex(gate)
        self.identity = identity
        self.kind = kind
        self.runtime = runtime
        self.isAdopted = isAdopted
    }

    var workerID: UInt64 { identity.workerID }

    /// How many messages wait.
    var waiting: Int { gate.withLock { $0.waiting } }

    /// Changes the gate; what it then has to do is begun.
    func change<Result>(_ body: (inout WorkerGate) -> sending Result) -> sending Result {
        gate.withLock { gate in
            let result = body(&gate)
            launch(&gate)
            return result
        }
    }

    // MARK: Turns

    /// The task is made under the lock, and cannot run its first step before it is kept.
    func launch(_ gate: inout WorkerGate) {
        guard let turn = gate.enter() else { return }
        gate.task = Task.detached { await self.drain(turn: turn) }
    }

    private func drain(turn: UInt64) async {
        var count = 0
        while true {
            switch gate.withLock({ $0.next(turn: turn) }) {
            case .none: return
            case .control(let control, let body): await perform(control, body)
            case .message(let letter, let body): await handle(letter, by: body)
            }
            if Task.isCancelled {
                // Meant for the step that is over. What follows, above all the worker's `stop`, starts uncancelled.
                gate.withLock { gate in
                    gate.keep(Task.detached { await self.drain(turn: turn) }, turn: turn)
                }
                return
            }
            count += 1
            if count.isMultiple(of: Self.burst) { await Task.yield() }
        }
    }

    /// The end of a turn that was not the cell's own: a message handled by its caller.
    func leave(turn: UInt64, failure: String?) {
        if let failure { end(failure: failure) }
        change { $0.leave(turn: turn) }
    }

    func keep(_ task: Task<Void, Never>, turn: UInt64) { gate.withLock { $0.keep(task, turn: turn) } }

    // MARK: Messages

    /// A message that came encoded.
    func deliver(_ payload: [UInt8], request: RequestID?, oneWay: Bool) {
        do {
            try runtime.coder.check(payload, "message")
        } catch {
            return runtime.refuse(request, error)
        }
        // A one-way message is answered at the door, and never again.
        let letter = Letter.encoded(payload, request: oneWay ? nil : request, oneWay: oneWay)
        switch change({ $0.admit(letter) }) {
        case .now, .queued:
            if oneWay, let request { runtime.report(.answered(request, .success([]))) }
        case .full:
            runtime.metrics.count(.overflows)
            runtime.refuse(request, SwarmError.mailboxFull(identity.name, kind.mailboxLimit).failure)
        case .gone:
            runtime.refuse(request, SwarmError.workerGone(.requested).failure)
        }
    }

    private func handle(_ letter: Letter, by body: any WorkerBody) async {
        guard runtime.mayProcess else {
            runtime.metrics.count(.leaseRefusals)
            return refuse(letter, with: .workerGone(.quorumLost))
        }
        switch letter {
        case .local(let letter), .tick(_, let letter, _):
            if let slot = letter.slot, !slot.take() { return }
            runtime.metrics.count(.messages)
            await letter.handle(by: body) { self.end(failure: $0) }
        case .encoded(let payload, let request, _):
            runtime.metrics.count(.messages)
            let (result, failure) = await body.receive(payload, coder: runtime.coder)
            if let failure { end(failure: failure) }
            if let request {
                runtime.report(.answered(request, result))
            } else if failure == nil, case .failure(let error) = result {
                runtime.metrics.count(.drops)
                runtime.logger.debug("Message dropped: \(error.message)", metadata: metadata)
            }
        }
    }

    /// Tells whoever waits; counts where nobody does.
    func refuse(_ letter: Letter, with error: SwarmError) {
        switch letter {
        case .local(let letter), .tick(_, let letter, _):
            if let slot = letter.slot { slot.settle(.failure(error)) } else { runtime.metrics.count(.drops) }
        case .encoded(_, let request, _): runtime.refuse(request, error.failure)
        }
    }

    var metadata: Logger.Metadata { [LoggingKeys.name: .string(identity.name)] }
}

extension SwarmError {
    static func mailboxFull(_ name: String, _ limit: Int) -> SwarmError {
        SwarmError(.mailboxFull, "\(limit) messages wait for '\(name)' already; try again when it has caught up.")
    }

    /// Why a message that waited is not handled.
    static func workerGone(_ reason: StopReason) -> SwarmError {
        switch reason {
        case .quorumLost:
            SwarmError(.noQuorum, "This node hears too few members to go on; try again when it has its quorum back.")
        case .failed(let text):
            SwarmError(.stopped, "The worker failed with \(text) at a message before; try again when it is restarted.")
        case .unregistered, .moved, .conflict, .shutdown, .requested:
            SwarmError(.stopped, "The worker stopped before it took the message; look its name up again.")
        }
    }
}
