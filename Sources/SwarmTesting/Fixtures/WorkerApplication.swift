import Swarm
import SwarmCheckers
import SwarmCore

/// The workers of a simulation, and what each of them ought to know.
final class WorkerApplication<W: Worker>: SimulatedApplication {
    /// What a worker and those that it followed in planned moves have handled.
    private struct History {
        var messages: [W.Message] = []
        var merged: [[W.Message]] = []
    }

    private struct Instance {
        let name: String
        let worker: W
        let context: WorkerContext
        var history: History
    }

    private(set) var outcomes: [WorkerOutcome<W>] = []
    /// What the simulator does not know of: workers that never return, values that cannot be encoded.
    private(set) var problems: [String] = []
    private let arguments: W.Arguments
    private var random: SimulationGenerator
    private let nextMessage: (inout SimulationGenerator) -> W.Message
    private let question: [UInt8]
    private let coder = JSONPayloadCoder()
    private let executor = SimulationExecutor()
    private var instances: [WorkerSerial: Instance] = [:]
    /// Histories that were handed over with a state, by the number that travels with it.
    private var exported: [History] = []
    /// The last one of each name, for those that are to start afresh.
    private var lastExported: [String: Int] = [:]

    init(
        arguments: W.Arguments, random: SimulationGenerator,
        message: @escaping (inout SimulationGenerator) -> W.Message, question: W.Message
    ) {
        self.arguments = arguments
        self.random = random
        nextMessage = message
        self.question = (try? coder.encode(question)) ?? []
        if self.question.isEmpty { problems.append("the question \(question) cannot be encoded") }
    }

    var restartsAfterFailure: Bool { W.restartPolicy != .temporary }

    func message(isQuestion: Bool) -> [UInt8] {
        if isQuestion { return [1] + question }
        let message = nextMessage(&random)
        return [0] + (encode(message, "message") ?? [])
    }

    // MARK: Life

    func start(_ worker: WorkerSerial, _ order: WorkerOrder, state: [UInt8]?, isMove: Bool) -> Bool {
        let context = WorkerContext.simulated(
            name: order.name, token: order.token, groups: order.groups, metadata: order.metadata)
        guard let arguments = copy(of: arguments, "arguments"),
            let instance = try? W(context, arguments: arguments)
        else { return false }
        var history = History()
        if isMove, let number = state.flatMap(Self.number) ?? lastExported[order.name] { history = exported[number] }
        if let state, let value: W.State = decode(state.dropFirst(8), "state") {
            let isTaken = run("endHandoff") {
                do { try await instance.endHandoff(value) } catch { return false }
                return true
            }
            guard isTaken ?? false else { return false }
        }
        instances[worker] = Instance(name: order.name, worker: instance, context: context, history: history)
        return true
    }

    func update(_ worker: WorkerSerial, token: Token, groups: [String], metadata: [String: String]) {
        instances[worker]?.context.simulate(token: token, groups: groups, metadata: metadata)
    }

    func stop(_ worker: WorkerSerial, _ cause: StopCause?) {
        guard let instance = instances.removeValue(forKey: worker)?.worker else { return }
        let reason: StopReason =
            switch cause {
            case .unregistered: .unregistered
            case .moved, .abandoned: .moved
            case .conflict: .conflict
            case .quorumLost: .quorumLost
            case .shutdown: .shutdown
            case nil: .failed("it failed")
            }
        _ = run("stop") { await instance.stop(reason) }
    }

    func vanished(_ worker: WorkerSerial) { instances[worker] = nil }

    // MARK: Work

    func receive(_ worker: WorkerSerial, _ message: [UInt8]) -> [UInt8]? {
        guard let instance = instances[worker] else { return [] }
        guard let value: W.Message = decode(message.dropFirst(), "message") else { return [] }
        let target = instance.worker
        guard case .some(.some(let reply)) = run("receive", { try? await target.receive(value) }) else { return nil }
        if message.first == 1 {
            outcomes.append(
                WorkerOutcome(
                    name: instance.name, reply: reply, messages: instance.history.messages,
                    merged: instance.history.merged))
        } else {
            instances[worker]?.history.messages.append(value)
        }
        return encode(reply, "reply")
    }

    func beginHandoff(_ worker: WorkerSerial) -> HandoffChoice {
        guard let instance = instances[worker] else { return .failed("it has stopped") }
        let target = instance.worker
        let choice: Handoff<W.State>?? = run("beginHandoff") { try? await target.beginHandoff() }
        guard case .some(.some(let handoff)) = choice else { return .failed("it threw") }
        exported.append(instance.history)
        lastExported[instance.name] = exported.count - 1
        switch handoff {
        case .restart: return .restart
        case .ignore: return .ignore
        case .resume(let state):
            guard let bytes = encode(state, "state") else { return .failed("its state cannot be encoded") }
            return .resume(Self.bytes(of: exported.count - 1) + bytes)
        }
    }

    func resolveConflict(_ worker: WorkerSerial, _ state: [UInt8]) -> Bool {
        guard let instance = instances[worker], let value: W.State = decode(state.dropFirst(8), "state") else {
            return true
        }
        let target = instance.worker
        let isTaken = run("resolveConflict") {
            do { try await target.resolveConflict(value) } catch { return false }
            return true
        }
        guard isTaken ?? false else { return false }
        if let number = Self.number(state) {
            instances[worker]?.history.merged += [exported[number].messages] + exported[number].merged
        }
        return true
    }

    /// Runs what the worker does to its end.
    private func run<Value: Sendable>(_ what: String, _ body: @escaping @Sendable () async -> Value) -> Value? {
        if let value = executor.run(body) { return value }
        problems.append("\(what) of \(W.self) did not return within ten seconds")
        return nil
    }

    // MARK: Bytes

    private func encode(_ value: some Encodable, _ what: String) -> [UInt8]? {
        do { return try coder.encode(value) } catch {
            note("the \(what) \(value) cannot be encoded: \(error)")
            return nil
        }
    }

    private func decode<Value: Decodable>(_ bytes: ArraySlice<UInt8>, _ what: String) -> Value? {
        do { return try coder.decode(Value.self, from: Array(bytes)) } catch {
            note("a \(what) cannot be decoded: \(error)")
            return nil
        }
    }

    /// As it arrives at another node.
    private func copy<Value: Codable>(of value: Value, _ what: String) -> Value? {
        encode(value, what).flatMap { decode($0[...], what) }
    }

    private func note(_ problem: String) { if problems.count < 16 { problems.append(problem) } }

    private static func bytes(of number: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private static func number(_ state: [UInt8]) -> Int? {
        guard state.count >= 8 else { return nil }
        return (0..<8).reduce(0) { $0 | Int(state[$1]) << (8 * $1) }
    }
}
