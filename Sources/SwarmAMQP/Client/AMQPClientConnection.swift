package import Logging
import Swarm
import SwarmCore
import Synchronization

/// A thin client's connection to the broker: asks the nodes of a cluster and publishes, without being one of them.
///
/// Make it, let `run` run, and ask from any task. Questions that are asked while there is no connection wait for one
/// as long as their time lasts.
package final class AMQPClientConnection: Sendable {
    private let url: String
    private let options: AMQPOptions
    private let name: String
    private let link: ClientLink

    /// Nothing happens before `run`. `name` is what the broker's management shows.
    package init(
        _ url: String, options: AMQPOptions = AMQPOptions(), cluster: String, name: String, logger: Logger
    ) {
        self.url = url
        self.options = options
        self.name = name
        link = ClientLink(cluster: cluster, logger: logger)
    }

    /// Connects, and reconnects for ever, until the task is cancelled. Throws what retrying cannot cure (a bad URL,
    /// access refused at the very first attempt); whoever waits for an answer gets the same error.
    package func run() async throws {
        guard link.begin() else { throw SwarmError(.invalidArgument, "A client runs once: make a new one.") }
        do {
            try await connect()
            link.end(SwarmError(.stopped, "The client has been stopped."))
        } catch {
            link.end(error)
            throw error
        }
    }

    /// Asks, and waits for the first answer. Throws `disconnected` if nobody can be asked, `timeout` if nobody answers,
    /// `uncertain` if the connection is lost meanwhile.
    package func request(_ message: ClientMessage, timeout: Duration) async throws -> ClientReply {
        let id = link.reserve()
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                link.submit(id, message, timeout: timeout, isPublication: false, .reply(continuation))
                // The handler may have run before there was anything to cancel.
                if Task.isCancelled { link.cancel(id) }
            }
        } onCancel: {
            link.cancel(id)
        }
    }

    /// Asks, and gives every answer, until the time is over or the sequence is left. At most 10,000 wait to be read;
    /// the oldest go.
    package func replies(to message: ClientMessage, for time: Duration) -> AsyncThrowingStream<ClientReply, any Error> {
        let id = link.reserve()
        let (stream, continuation) = AsyncThrowingStream<ClientReply, any Error>.makeStream(
            bufferingPolicy: .bufferingNewest(10_000))
        continuation.onTermination = { [link] _ in link.cancel(id) }
        link.submit(id, message, timeout: time, isPublication: false, .replies(continuation))
        return stream
    }

    /// Publishes, and waits until the broker has the message. False if no queue took it.
    package func publish(_ message: ClientMessage, timeout: Duration) async throws -> Bool {
        let id = link.reserve()
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                link.submit(id, message, timeout: timeout, isPublication: true, .confirmation(continuation))
                if Task.isCancelled { link.cancel(id) }
            }
        } onCancel: {
            link.cancel(id)
        }
    }

    /// Asks many things, at most `window` of them under way at a time, and gives an answer or an error for each, in the
    /// order of asking.
    package func pipeline<Messages: AsyncSequence & Sendable>(
        _ messages: Messages, window: Int = 512, timeout: Duration
    ) -> PipelinedReplies where Messages.Element == ClientMessage {
        let (asked, questions) = AsyncThrowingStream<PipelinedReplies.Question, any Error>.makeStream()
        let slots = AsyncSlots(max(window, 1))
        let asking = Task {
            do {
                for try await message in messages {
                    await slots.take()
                    try Task.checkCancellation()
                    questions.yield(Task { try await self.request(message, timeout: timeout) })
                }
                questions.finish()
            } catch { questions.finish(throwing: error) }
        }
        return PipelinedReplies(asked: asked, slots: slots, asking: asking)
    }

    private func connect() async throws(SwarmError) {
        var options = options
        let endpoint = try AMQPEndpoint(url: url, options: &options)
        try options.validate(usesTLS: endpoint.usesTLS)
        let connections = ConnectionContext(
            endpoint: endpoint, options: options, name: "swarm \(link.cluster) \(name)", stop: link.stop)
        let guardian = SocketGuard(limit: options.stallLimit)
        let completion = RunCompletion(threads: 1)
        await withTaskCancellationHandler {
            let threads = [
                OSThread.start(name: "swarm-client") { [link] in
                    connections.run(ClientRole(link, connections, completion), guardian: guardian)
                    completion.threadEnded()
                },
                Watchdog.start([guardian], stop: link.stop, completion: completion) {},
            ]
            if threads.contains(false) {
                completion.fail(SwarmError(.overloaded, "The system gives no more threads: raise its limit."))
                link.stop.set()
                completion.force()
            }
            await completion.wait()
        } onCancel: {
            link.stop.set()
            link.wake.set()
        }
        try completion.check()
    }
}
