import SwarmCore

/// A type of workers as the runtime sees it: all that has to know the type, and nothing that belongs to one worker.
final class WorkerKind: Sendable {
    let name: String
    let typeID: ObjectIdentifier
    let restartPolicy: RestartPolicy
    let mailboxLimit: Int
    /// Starts a worker from its encoded arguments.
    let start: @Sendable (WorkerContext, [UInt8], LimitedCoder) throws(Failure) -> any WorkerBody
    /// A message that the worker sends itself; nil if it is of another type than it receives.
    let letter: @Sendable (any Sendable) -> (any LocalLetter)?

    init<W: Worker>(_ type: W.Type) {
        name = W.kind
        typeID = ObjectIdentifier(type)
        restartPolicy = W.restartPolicy
        mailboxLimit = max(1, W.mailboxLimit)
        start = { context, arguments, coder throws(Failure) in
            let arguments = try coder.decode(W.Arguments.self, from: arguments, "start argument", of: W.kind)
            do {
                return TypedBody(try W(context, arguments: arguments))
            } catch {
                throw Failure(.startFailed, "\(W.kind) refused to start with \(ErrorText.of(error)); see its log.")
            }
        }
        letter = { message in (message as? W.Message).map { TypedLetter<W>($0) } }
    }

    /// The kinds by name. Throws `invalidArgument` for names that are not allowed or used twice.
    static func table(of types: [any Worker.Type]) throws -> [String: WorkerKind] {
        var table: [String: WorkerKind] = [:]
        for type in types {
            let kind = WorkerKind(type)
            do { try Naming.checkKind(kind.name) } catch { throw SwarmError(error) }
            if let other = table.updateValue(kind, forKey: kind.name), other.typeID != kind.typeID {
                throw SwarmError(
                    .invalidArgument, "Two types of workers have the kind '\(kind.name)'; give each its own.")
            }
        }
        return table
    }
}

/// A worker that has been started, seen without its type.
protocol WorkerBody: AnyObject, Sendable {
    /// Decodes the message, handles it and encodes the reply.
    func receive(_ payload: [UInt8], coder: LimitedCoder) async -> (result: Result<[UInt8], Failure>, failure: String?)
    func beginHandoff(coder: LimitedCoder) async -> HandoffChoice
    func endHandoff(_ state: [UInt8], coder: LimitedCoder) async throws(Failure)
    func resolveConflict(_ state: [UInt8], coder: LimitedCoder) async throws(Failure)
    func stop(_ reason: StopReason) async
}

/// A worker that has been started.
final class TypedBody<W: Worker>: WorkerBody {
    let worker: W

    init(_ worker: W) { self.worker = worker }

    func receive(_ payload: [UInt8], coder: LimitedCoder) async -> (result: Result<[UInt8], Failure>, failure: String?)
    {
        let message: W.Message
        do {
            message = try coder.decode(W.Message.self, from: payload, "message", of: W.kind)
        } catch {
            return (.failure(error), nil)
        }
        let reply: W.Reply
        do {
            reply = try await worker.receive(message)
        } catch {
            let text = ErrorText.of(error)
            return (.failure(SwarmError.workerFailed(text).failure), text)
        }
        do {
            return (.success(try coder.encode(reply, "reply")), nil)
        } catch {
            return (.failure(Failure(error.code, error.message, mayHaveExecuted: true)), nil)
        }
    }

    func beginHandoff(coder: LimitedCoder) async -> HandoffChoice {
        let choice: Handoff<W.State>
        do { choice = try await worker.beginHandoff() } catch { return .failed(ErrorText.of(error)) }
        switch choice {
        case .restart: return .restart
        case .ignore: return .ignore
        case .resume(let state):
            do { return .resume(try coder.encode(state, "state")) } catch { return .failed(error.message) }
        }
    }

    func endHandoff(_ state: [UInt8], coder: LimitedCoder) async throws(Failure) {
        let state = try coder.decode(W.State.self, from: state, "state", of: W.kind)
        do {
            try await worker.endHandoff(state)
        } catch {
            throw Failure(.startFailed, "\(W.kind) refused the state with \(ErrorText.of(error)); see its log.")
        }
    }

    func resolveConflict(_ state: [UInt8], coder: LimitedCoder) async throws(Failure) {
        let state = try coder.decode(W.State.self, from: state, "state", of: W.kind)
        do {
            try await worker.resolveConflict(state)
        } catch {
            throw Failure(
                .workerFailed, "\(W.kind) could not merge with \(ErrorText.of(error)); see its log.",
                mayHaveExecuted: true)
        }
    }

    func stop(_ reason: StopReason) async { await worker.stop(reason) }

    /// Handles a message on the caller's thread, in a task of its own: neither the caller's cancellation nor the end of
    /// its patience reaches the worker. A `receive` that does not suspend has ended on return; else it goes on.
    ///
    /// The caller's task goes over to the worker's actor, which takes no thread hop if nobody is there, and starts the
    /// task from within, which runs at once as it is where it belongs.
    nonisolated(nonsending) func handleNow(
        _ message: W.Message, _ slot: ReplySlot, in cell: WorkerCell, turn: UInt64
    ) async {
        await Self.handle(message, slot, by: worker, in: cell, turn: turn)
    }

    private static func handle(
        _ message: W.Message, _ slot: ReplySlot, by worker: isolated W, in cell: WorkerCell, turn: UInt64
    ) {
        let task = Task.immediate {
            do {
                let reply = try await worker.receive(message)
                cell.leave(turn: turn, failure: nil)
                slot.settle(.reply(reply))
            } catch {
                let text = ErrorText.of(error)
                cell.leave(turn: turn, failure: text)
                slot.settle(.failure(SwarmError.workerFailed(text)))
            }
        }
        // Kept where it can be cancelled if the worker is to stop and does not let go.
        if slot.outcome == nil { cell.keep(task, turn: turn) }
    }
}
