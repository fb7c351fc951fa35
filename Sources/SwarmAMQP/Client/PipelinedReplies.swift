import Synchronization

/// The answers to many questions, in the order of asking: see ``AMQPClientConnection/pipeline(_:window:timeout:)``.
/// To be read once; leaving it ends the asking.
package struct PipelinedReplies: AsyncSequence {
    package typealias Element = Result<ClientReply, any Error>
    typealias Question = Task<ClientReply, any Error>

    /// Ends the asking when nobody can read any more.
    private final class Asking: Sendable {
        let task: Task<Void, Never>
        let slots: AsyncSlots

        init(_ task: Task<Void, Never>, _ slots: AsyncSlots) {
            self.task = task
            self.slots = slots
        }

        deinit {
            task.cancel()
            slots.giveBack()
        }
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var questions: AsyncThrowingStream<Question, any Error>.Iterator
        fileprivate let slots: AsyncSlots
        private let asking: Asking

        fileprivate init(_ replies: PipelinedReplies) {
            questions = replies.asked.makeAsyncIterator()
            slots = replies.slots
            asking = replies.asking
        }

        /// The answer to the next question, or why there is none. Throws what the questions threw.
        package mutating func next() async throws -> Element? {
            guard let question = try await questions.next() else { return nil }
            let result = await withTaskCancellationHandler {
                await question.result
            } onCancel: {
                question.cancel()
            }
            slots.giveBack()
            return result
        }
    }

    private let asked: AsyncThrowingStream<Question, any Error>
    private let slots: AsyncSlots
    private let asking: Asking

    init(asked: AsyncThrowingStream<Question, any Error>, slots: AsyncSlots, asking: Task<Void, Never>) {
        self.asked = asked
        self.slots = slots
        self.asking = Asking(asking, slots)
    }

    package func makeAsyncIterator() -> Iterator { Iterator(self) }
}

/// A counted number of places; one waits for them at a time.
final class AsyncSlots: Sendable {
    private struct State {
        var free: Int
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiter = continuation
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func giveBack() {
        let waiter = state.withLock { state in
            if state.waiter == nil { state.free += 1 }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
