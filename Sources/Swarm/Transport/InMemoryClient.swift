import SwarmCore

/// An AMQP client from outside the cluster, on an ``InMemoryBroker``: publishes to groups, asks the cluster, listens.
/// It connects when it is first used, and again after a loss.
package final class InMemoryClient: Sendable {
    private let broker: InMemoryBroker
    private let number: Int

    init(broker: InMemoryBroker, number: Int) {
        self.broker = broker
        self.number = number
    }

    deinit {
        broker.perform { [number] fabric in fabric.removeClient(number) }
    }

    /// Publishes to a group, as JSON unless told otherwise.
    /// - Returns: False if no node hosts a member of the group, and nobody else listens to it.
    @discardableResult
    package func publish(
        _ body: [UInt8], to group: String, contentType: String? = "application/json", headers: [String: String] = [:]
    ) throws -> Bool {
        try publish(
            OutboundFrame(
                to: .exchange(.groups, key: group), lane: .group, body: body, contentType: contentType,
                headers: headers))
    }

    /// Publishes a frame anywhere.
    /// - Returns: False if no queue took it.
    @discardableResult
    package func publish(_ frame: OutboundFrame) throws -> Bool {
        try broker.performThrowing { [number] fabric in try fabric.publish(frame, client: number) }
    }

    /// Asks the cluster: publishes to the exchange of requests, with the operation as key, and waits for the answer.
    package func request(
        _ operation: String, body: [UInt8], contentType: String? = "application/json", headers: [String: String] = [:],
        timeout: Duration = .seconds(5)
    ) async throws -> InboundFrame {
        try await request(
            OutboundFrame(
                to: .exchange(.requests, key: operation), lane: .request, body: body, contentType: contentType,
                headers: headers),
            timeout: timeout)
    }

    /// Publishes a frame anywhere, with this client's own queue as `reply_to`, and waits for the answer.
    package func request(_ frame: OutboundFrame, timeout: Duration = .seconds(5)) async throws -> InboundFrame {
        let id = frame.correlationID ?? broker.perform { "\($0.takeNumber())" }
        let timer = Task { [broker, number] in
            try await Task.sleep(for: timeout)
            let error = SwarmError(.timeout, "no answer within \(timeout); try again", mayHaveExecuted: true)
            broker.perform { $0.fail(id, error, client: number) }
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                broker.perform { [number] fabric in
                    fabric.request(frame, correlationID: id, client: number, .first(continuation))
                    // Cancelled before it was there to be cancelled.
                    if Task.isCancelled { fabric.fail(id, CancellationError(), client: number) }
                }
            }
        } onCancel: { [broker, number] in
            broker.perform { $0.fail(id, CancellationError(), client: number) }
        }
    }

    /// Everything published to the groups that match a pattern, from now on until the connection is lost. At most `limit`
    /// messages wait for the reader; further ones push out the oldest.
    package func messages(of pattern: String, limit: Int = 4_096) throws -> AsyncStream<InboundFrame> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: InboundFrame.self, bufferingPolicy: .bufferingNewest(limit))
        try broker.performThrowing { [number] fabric in
            try fabric.subscribe(to: pattern, client: number, continuation)
        }
        return stream
    }

    /// Publishes a frame anywhere, with this client's own queue as `reply_to`, and gives every answer, until the sequence is
    /// left or the time is over. At most `limit` wait for the reader; further ones push out the oldest.
    package func replies(
        to frame: OutboundFrame, timeout: Duration = .seconds(5), limit: Int = 10_000
    ) -> AsyncThrowingStream<InboundFrame, any Error> {
        let id = frame.correlationID ?? broker.perform { "\($0.takeNumber())" }
        let (stream, continuation) = AsyncThrowingStream.makeStream(
            of: InboundFrame.self, bufferingPolicy: .bufferingNewest(limit))
        let timer = Task { [broker, number] in
            try await Task.sleep(for: timeout)
            let error = SwarmError(.timeout, "no answer within \(timeout); try again", mayHaveExecuted: true)
            broker.perform { $0.fail(id, error, client: number) }
        }
        continuation.onTermination = { [broker, number] _ in
            timer.cancel()
            broker.perform { $0.fail(id, CancellationError(), client: number) }
        }
        broker.perform { [number] fabric in
            fabric.request(frame, correlationID: id, client: number, .every(continuation))
        }
        return stream
    }

    /// Closes the connection: requests fail, subscriptions end. The next use makes a new one.
    package func disconnect() { broker.perform { [number] fabric in fabric.disconnectClient(number) } }
}
