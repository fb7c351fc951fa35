import IntervalTreeClocks
import Logging
import SwarmCore
import Synchronization
import Testing

@testable import Swarm

/// A runtime with everything around it that a node would be.
final class Bench: Sendable {
    static let node = NodeID(name: "here", incarnation: 1)
    static let elsewhere = NodeID(name: "there", incarnation: 1)

    let clock = TestClock()
    let uptime = Atomic<UInt64>(1_000)
    let signals = EventLog<WorkerSignal>()
    let services = FakeServices()
    let runtime: WorkerRuntime

    init(
        metrics: WorkerMetrics = WorkerMetrics(),
        _ configure: (inout WorkerRuntimeConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = WorkerRuntimeConfiguration()
        configure(&configuration)
        let time = Weakly<Bench>()
        runtime = try WorkerRuntime(
            node: Self.node,
            kinds: [
                PlainWorker.self, ScriptedWorker<Permanent>.self, ScriptedWorker<Temporary>.self,
                ScriptedWorker<Roomy>.self,
            ],
            configuration: configuration, logger: Logger(label: "test") { _ in MetadataHandler() },
            metrics: metrics, clock: clock,
            uptime: { time.value?.uptime.load(ordering: .acquiring) ?? 0 },
            report: { [signals] in signals.record($0) })
        time.value = self
        services.state.withLock { $0.runtime = runtime }
        runtime.attach(services)
    }

    static func token(_ clock: UInt64 = 1) -> Token { Token(clock: clock, node: node) }

    static func order(_ id: UInt64, _ name: String, _ script: Script, kind: String = "plain") -> WorkerOrder {
        let number = ScriptBoard.pin(script)
        return WorkerOrder(
            workerID: id, name: name, kind: kind, arguments: Array("\(number)".utf8), token: token(), groups: ["g"],
            metadata: ["k": "v"])
    }

    /// Starts a worker and makes it visible.
    func start(_ id: UInt64, _ name: String, _ script: Script, kind: String = "plain") async throws {
        perform(.start(Self.order(id, name, script, kind: kind)))
        try await started(id).get()
        services.show(Self.claim(name, id))
    }

    func perform(_ effect: Effect) { #expect(runtime.perform(effect)) }

    func deliver(_ text: String, to id: UInt64, request: UInt64? = nil, oneWay: Bool = false) {
        perform(
            .deliver(workerID: id, request: request.map(Self.request), payload: Self.json(text), oneWay: oneWay))
    }

    func reference(_ name: String) -> WorkerRef<PlainWorker> { WorkerRef(name: name, services: services) }

    static func json(_ text: String) -> [UInt8] { Array("\"\(text)\"".utf8) }
    static func request(_ number: UInt64) -> RequestID { RequestID(node: elsewhere, number: number) }

    static func claim(_ name: String, _ id: UInt64, host: NodeID = node, token: Token = token()) -> Claim {
        Claim(
            name: name, host: host, workerID: id, sequence: 1, kind: "plain", arguments: [], groups: ["g", "h"],
            metadata: ["k": "w"], stamp: Stamp(universe: Universe(generation: 0, id: 1), events: .zero), token: token,
            birth: LogPosition(origin: host, sequence: 1), request: request(0))
    }

    // MARK: What the runtime said

    func started(_ id: UInt64) async -> Result<Void, Failure> {
        await signals.first { if case .started(id, let result) = $0 { result } else { nil } }
    }

    func answer(_ number: UInt64) async -> Result<[UInt8], Failure> {
        await signals.first { if case .answered(Self.request(number), let result) = $0 { result } else { nil } }
    }

    func choice(_ id: UInt64, _ attempt: UInt64) async -> HandoffChoice {
        await signals.first { if case .handoffBegun(id, attempt, let choice) = $0 { choice } else { nil } }
    }

    func held(_ id: UInt64) async -> [HeldMessage] {
        await signals.first { if case .stopped(id, let held) = $0 { held } else { nil } }
    }

    func merged(_ id: UInt64, _ attempt: UInt64) async -> Result<Void, Failure> {
        await signals.first { if case .merged(id, attempt, let result) = $0 { result } else { nil } }
    }

    struct End: Equatable {
        var failure: String?
        var restart: Bool
        var backoff: UInt64
    }

    func end(_ id: UInt64) async -> End {
        await signals.first {
            if case .ended(id, let failure, let restart, let backoff) = $0 {
                End(failure: failure, restart: restart, backoff: backoff)
            } else {
                nil
            }
        }
    }

    /// The runtime has forgotten the worker.
    func gone(_ id: UInt64) async {
        while runtime.cell(id) != nil { await Task.yield() }
    }
}

/// Writes nothing, and keeps the metadata, which the library's own no-op handler does not.
struct MetadataHandler: LogHandler {
    var logLevel = Logger.Level.critical
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {}
}

final class Weakly<Value: AnyObject & Sendable>: Sendable {
    private struct Box { weak var value: Value? }
    private let box = Mutex(Box())

    var value: Value? {
        get { box.withLock { $0.value } }
        set { box.withLock { $0.value = newValue } }
    }
}

/// The rest of the node: remembers what it was asked, and answers by a closure.
final class FakeServices: NodeServices {
    struct Asked: Equatable, Sendable {
        var body: RequestBody
        var workerID: UInt64?
        var timeout: Duration
    }

    struct State {
        weak var runtime: WorkerRuntime?
        var claims: [String: Claim] = [:]
        var answer: @Sendable (RequestBody) async throws -> ReplyBody = { _ in .done }
    }

    let state = Mutex(State())
    let asked = EventLog<Asked>()
    let published = EventLog<[String]>()

    func show(_ claim: Claim?, of name: String? = nil) {
        state.withLock { state in
            if let claim { state.claims[claim.name] = claim } else if let name { state.claims[name] = nil }
        }
    }

    func answer(_ answer: @escaping @Sendable (RequestBody) async throws -> ReplyBody) {
        state.withLock { $0.answer = answer }
    }

    func claim(of name: String) -> Claim? { state.withLock { $0.claims[name] } }

    func perform(_ body: RequestBody, timeout: Duration) async throws -> ReplyBody {
        asked.record(Asked(body: body, workerID: nil, timeout: timeout))
        return try await state.withLock { $0.answer }(body)
    }

    func perform(_ body: RequestBody, asWorker workerID: UInt64, timeout: Duration) async throws -> ReplyBody {
        asked.record(Asked(body: body, workerID: workerID, timeout: timeout))
        return try await state.withLock { $0.answer }(body)
    }

    func publish(_ payload: [UInt8], to group: String) throws {
        published.record([group, String(decoding: payload, as: UTF8.self)])
    }

    var runtime: WorkerRuntime {
        guard let runtime = state.withLock({ $0.runtime }) else { preconditionFailure("the test's runtime is gone") }
        return runtime
    }

    var defaultTimeout: Duration { .seconds(5) }
}
