import Swarm
import SwarmClient
import SwarmCore
import Synchronization

/// A connection that answers as it was told, one step for each attempt, the last one for ever.
final class ScriptedLink: BrokerLink {
    enum Step: Sendable {
        case answers([String])
        case fails(SwarmError)
        /// Nothing comes, until the time is over.
        case silent
    }

    private let script: Mutex<[Step]>
    private let attempts = Mutex<[(key: String, body: String)]>([])

    init(_ steps: Step...) { script = Mutex(steps) }

    /// What was asked, by key and body.
    var asked: [(key: String, body: String)] { attempts.withLock { $0 } }

    func run() async throws { try await Task.sleep(for: .seconds(3_600)) }

    func answer(to key: String, body: [UInt8], timeout: Duration) async throws -> [UInt8] {
        var first: [UInt8] = []
        try await answers(to: key, body: body, timeout: timeout) {
            first = $0
            return true
        }
        return first
    }

    func answers(
        to key: String, body: [UInt8], timeout: Duration, until take: ([UInt8]) throws -> Bool
    ) async throws {
        attempts.withLock { $0.append((key, String(decoding: body, as: UTF8.self))) }
        switch script.withLock({ $0.count > 1 ? $0.removeFirst() : $0[0] }) {
        case .answers(let bodies):
            for body in bodies where try take(Array(body.utf8)) { return }
        case .fails(let error): throw error
        case .silent:
            try await Task.sleep(for: timeout)
            throw SwarmError(.timeout, "No answer.", mayHaveExecuted: true)
        }
    }

    func publish(_ body: [UInt8], to group: String, contentType: String, timeout: Duration) async throws -> Bool {
        try await answer(to: group, body: body, timeout: timeout) == Array("routed".utf8)
    }

    /// A client on it. Its `run` is not needed: the link is always there.
    func client(_ configuration: SwarmClientConfiguration = .init()) throws -> SwarmClient {
        try SwarmClient(configuration: configuration, link: self)
    }
}
