import Swarm
import SwarmCore
import Synchronization

/// From an operation to its answer, through as many attempts as there is time for.
extension SwarmClient {
    private static let firstBackoff: Duration = .milliseconds(50)
    private static let longestBackoff: Duration = .milliseconds(500)
    /// With less time left nothing is tried again.
    private static let shortestAttempt: Duration = .milliseconds(20)

    /// The answer to a request that has one. Throws ``RequestFailure``, or `CancellationError`.
    package func ask(_ request: ClientRequest, timeout: Duration? = nil) async throws -> [UInt8] {
        try await attempts(request.operation, timeout) { timeout in
            let body = try await link.answer(
                to: request.operation.rawValue, body: try checked(request.body(timeout: timeout)), timeout: timeout)
            try Self.check(answer: body, try ClientAnswer.read(body))
            return body
        }
    }

    /// The items of an answer in parts, each as it was written.
    package func askItems(_ request: ClientRequest, timeout: Duration? = nil) async throws -> [[UInt8]] {
        try await attempts(request.operation, timeout) { timeout in
            var items: [[UInt8]] = []
            var parts = 0
            var isComplete = false
            try await link.answers(
                to: request.operation.rawValue, body: try checked(request.body(timeout: timeout)), timeout: timeout
            ) { body in
                let answer = try ClientAnswer.read(body)
                try Self.check(answer: body, answer)
                guard case .items(let new, let part, let more) = answer else {
                    throw SwarmError(
                        .decodingFailed, "The node answered in one where parts were expected; check the versions.")
                }
                guard part ?? parts == parts else {
                    throw SwarmError(
                        .uncertain, "The broker has dropped a part of the answer; ask again.", mayHaveExecuted: true)
                }
                parts += 1
                items += new
                isComplete = !more
                return isComplete
            }
            if isComplete { return items }
            try Task.checkCancellation()
            throw SwarmError(.timeout, "No answer in time, or not all of it; allow more.", mayHaveExecuted: true)
        }
    }

    /// Publishes to a group; false if no queue took it.
    package func publish(json payload: [UInt8], to group: String, timeout: Duration?) async throws -> Bool {
        try await attempts(.publish, timeout) { timeout in
            try await link.publish(
                try checked(payload), to: group, contentType: coder.contentType, timeout: timeout)
        }
    }

    /// Tries again what was certainly not executed, and what may be executed twice, until the time is over.
    private func attempts<Value: Sendable>(
        _ operation: OutsideOperation, _ timeout: Duration?, _ attempt: (Duration) async throws -> Value
    ) async throws -> Value {
        let deadline = try deadline(timeout)
        var backoff = Self.firstBackoff
        while true {
            if let ending = state.withLock({ $0.ending }) { throw RequestFailure(ending, .unreached) }
            let failure: RequestFailure
            do {
                return try await turnstile.pass(until: deadline) {
                    try await attempt(max(ContinuousClock.now.duration(to: deadline), .milliseconds(1)))
                }
            } catch let error as RequestFailure {
                failure = error
            } catch let error as SwarmError {
                failure = RequestFailure(error, error.code == .tooLarge ? .client : .unreached)
            }
            guard Self.isWorthRepeating(failure, operation) else { throw failure }
            let pause = backoff * Double.random(in: 0.5...1)
            let left = ContinuousClock.now.duration(to: deadline) - Self.shortestAttempt
            guard left > .zero else { throw failure }
            try await Task.sleep(for: min(pause, left))
            guard pause < left else { throw failure }
            backoff = min(backoff * 2, Self.longestBackoff)
        }
    }

    /// Nodes come and go, or have all hands full.
    private static func isWorthRepeating(_ failure: RequestFailure, _ operation: OutsideOperation) -> Bool {
        let error = failure.error
        if case .client = failure.source { return false }
        guard !error.mayHaveExecuted else {
            return operation.isRepeatable && (error.code == .uncertain || error.code == .disconnected)
        }
        switch error.code {
        case .notReady, .notOwner, .overloaded, .disconnected: return true
        default: return false
        }
    }

    private static func check(answer body: [UInt8], _ answer: ClientAnswer.Part) throws {
        if case .failure(let error) = answer { throw RequestFailure(error, .cluster(answer: body)) }
    }

    private func checked(_ body: [UInt8]) throws -> [UInt8] {
        // Room for a message of the largest size and what stands around it.
        guard body.count <= configuration.messageBytes + 65_536 else {
            throw RequestFailure(
                SwarmError(
                    .tooLarge, "The request has \(body.count) bytes; send at most \(configuration.messageBytes)."),
                .client)
        }
        return body
    }

    private func deadline(_ timeout: Duration?) throws -> ContinuousClock.Instant {
        try Task.checkCancellation()
        let timeout = timeout ?? configuration.requestTimeout
        do {
            try SwarmClientConfiguration.check(timeout: timeout, "The timeout")
        } catch let error as SwarmError {
            throw RequestFailure(error, .client)
        }
        return .now + timeout
    }

    /// For the public operations: the error alone.
    func surfacing<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let failure as RequestFailure {
            throw failure.error
        }
    }
}
