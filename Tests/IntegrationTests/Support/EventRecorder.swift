import Swarm
import SwarmCore
import Synchronization

/// Keeps what a transport tells, and lets a test wait for it.
final class EventRecorder: Sendable {
    struct TimedOut: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var events: [TransportEvent] = []
        /// The next wait begins here.
        var cursor = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func record(_ event: TransportEvent) {
        let waiter = state.withLock { state in
            state.events.append(event)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    var all: [TransportEvent] { state.withLock { $0.events } }

    /// The first event, of those that no earlier wait has passed, for which `match` gives something. One waits at a time.
    func next<Value: Sendable>(
        _ what: String, within limit: Duration = .seconds(30), _ match: @escaping @Sendable (TransportEvent) -> Value?
    ) async throws -> Value {
        let deadline = ContinuousClock.now + limit
        let timer = Task {
            try await Task.sleep(until: deadline)
            self.wakeUp()
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await search(what, until: deadline, limit, match)
        } onCancel: {
            self.wakeUp()
        }
    }

    private func search<Value: Sendable>(
        _ what: String, until deadline: ContinuousClock.Instant, _ limit: Duration,
        _ match: @escaping @Sendable (TransportEvent) -> Value?
    ) async throws -> Value {
        while true {
            let found = state.withLock { state -> Value? in
                while state.cursor < state.events.count {
                    defer { state.cursor += 1 }
                    if let value = match(state.events[state.cursor]) { return value }
                }
                return nil
            }
            if let found { return found }
            try Task.checkCancellation()
            guard .now < deadline else {
                let seen = all.suffix(20).map { "\($0)".prefix(300) }
                throw TimedOut(description: "no \(what) within \(limit); seen: \(seen)")
            }
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    guard state.cursor == state.events.count, .now < deadline, !Task.isCancelled else { return true }
                    state.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        }
    }

    private func wakeUp() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

extension EventRecorder {
    /// The queue for probes.
    @discardableResult
    func connected(within limit: Duration = .seconds(30)) async throws -> String {
        try await next("connected", within: limit) { if case .connected(let queue) = $0 { queue } else { nil } }
    }

    @discardableResult
    func disconnected(within limit: Duration = .seconds(30)) async throws -> String {
        try await next("disconnected", within: limit) { if case .disconnected(let reason) = $0 { reason } else { nil } }
    }

    func bound(_ binding: TransportBinding) async throws {
        try await next("bound \(binding)") { if case .bound(binding) = $0 { () } else { nil } }
    }

    func received(_ what: String = "frame", where matches: @escaping @Sendable (InboundFrame) -> Bool = { _ in true })
        async throws -> InboundFrame
    {
        try await next("received \(what)") {
            if case .received(let frame) = $0, matches(frame) { frame } else { nil }
        }
    }
}
