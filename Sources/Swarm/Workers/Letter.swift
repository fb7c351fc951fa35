import SwarmCore

/// What waits in a mailbox.
enum Letter: Sendable {
    /// From another node, an outside client or a group: encoded. `request` nil, or `oneWay`: nobody waits.
    case encoded([UInt8], request: RequestID?, oneWay: Bool)
    /// From this node: as it is.
    case local(any LocalLetter)
    /// Of one of the worker's own timers.
    case tick(UInt64, any LocalLetter, repeats: Bool)

    /// Somebody waited and no longer does.
    var isAbandoned: Bool {
        if case .local(let letter) = self, let slot = letter.slot { slot.outcome != nil } else { false }
    }
}

/// A message that has not left the process, seen without its type.
protocol LocalLetter: AnyObject, Sendable {
    /// Where the caller waits; nil if nobody does.
    var slot: ReplySlot? { get }
    /// Gives it to the worker. `failed` hears what `receive` threw, as text, before the caller does: who has the
    /// failure and asks again must not find the failed worker.
    func handle(by body: any WorkerBody, failed: @Sendable (String) -> Void) async
    func encoded(with coder: LimitedCoder) throws(Failure) -> [UInt8]
}

/// A message of this node to a worker of type `Target`.
final class TypedLetter<Target: Worker>: LocalLetter {
    let message: Target.Message
    let slot: ReplySlot?

    init(_ message: Target.Message, slot: ReplySlot? = nil) {
        self.message = message
        self.slot = slot
    }

    func handle(by body: any WorkerBody, failed: @Sendable (String) -> Void) async {
        guard let body = body as? TypedBody<Target> else {
            slot?.settle(.elsewhere)
            return
        }
        do {
            let reply = try await body.worker.receive(message)
            slot?.settle(.reply(reply))
        } catch {
            let text = ErrorText.of(error)
            failed(text)
            slot?.settle(.failure(SwarmError.workerFailed(text)))
        }
    }

    func encoded(with coder: LimitedCoder) throws(Failure) -> [UInt8] { try coder.encode(message, "message") }
}

extension SwarmError {
    static func workerFailed(_ text: String) -> SwarmError {
        SwarmError(.workerFailed, "The worker failed with \(text); see its log.", mayHaveExecuted: true)
    }
}
