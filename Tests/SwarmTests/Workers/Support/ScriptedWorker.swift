import Swarm
import Synchronization

/// A message or reply that cannot be encoded if its text says so.
struct Note: Codable, Hashable, Sendable {
    static let unencodable = Note("unencodable")

    struct NotEncodable: Error {}

    var text: String

    init(_ text: String) { self.text = text }

    init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

    func encode(to encoder: any Encoder) throws {
        guard self != .unencodable else { throw NotEncodable() }
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// What a scripted worker does, and what was done with it.
struct Script: Sendable {
    let log = EventLog<String>()
    var onInit: @Sendable (WorkerContext) throws -> Void = { _ in }
    var onReceive: @Sendable (String) async throws -> String = { $0 }
    var onBeginHandoff: @Sendable () async throws -> Handoff<Note> = { .resume(Note("state")) }
    var onEndHandoff: @Sendable (String) async throws -> Void = { _ in }
    var onResolveConflict: @Sendable (String) async throws -> Void = { _ in }
    var onStop: @Sendable (StopReason) async -> Void = { _ in }
}

/// Arguments travel encoded, so scripts are looked up by number.
enum ScriptBoard {
    private static let scripts = Mutex<[Script]>([])

    static func pin(_ script: Script) -> Int {
        scripts.withLock { scripts in
            scripts.append(script)
            return scripts.count - 1
        }
    }

    static func script(_ number: Int) -> Script { scripts.withLock { $0[number] } }
}

protocol ScriptedTraits {
    static var kind: String { get }
    static var restartPolicy: RestartPolicy { get }
    static var mailboxLimit: Int { get }
}

extension ScriptedTraits {
    static var restartPolicy: RestartPolicy { .transient }
    static var mailboxLimit: Int { 8 }
}

enum Plain: ScriptedTraits { static let kind = "plain" }
enum Permanent: ScriptedTraits {
    static let kind = "permanent"
    static let restartPolicy = RestartPolicy.permanent
}
enum Temporary: ScriptedTraits {
    static let kind = "temporary"
    static let restartPolicy = RestartPolicy.temporary
}
enum Roomy: ScriptedTraits {
    static let kind = "roomy"
    static let mailboxLimit = 10_000
}

actor ScriptedWorker<Traits: ScriptedTraits>: Worker {
    static var kind: String { Traits.kind }
    static var restartPolicy: RestartPolicy { Traits.restartPolicy }
    static var mailboxLimit: Int { Traits.mailboxLimit }

    let script: Script
    let context: WorkerContext

    init(_ context: WorkerContext, arguments: Int) throws {
        try self.init(context, script: ScriptBoard.script(arguments))
    }

    init(_ context: WorkerContext, script: Script) throws {
        self.script = script
        self.context = context
        script.log.record("init")
        try script.onInit(context)
    }

    func receive(_ message: Note) async throws -> Note {
        script.log.record("> \(message.text)")
        do {
            let reply = try await script.onReceive(message.text)
            script.log.record("< \(message.text)")
            return Note(reply)
        } catch {
            script.log.record("! \(message.text)")
            throw error
        }
    }

    func beginHandoff() async throws -> Handoff<Note> {
        script.log.record("beginHandoff")
        return try await script.onBeginHandoff()
    }

    func endHandoff(_ state: Note) async throws {
        script.log.record("endHandoff \(state.text)")
        try await script.onEndHandoff(state.text)
    }

    func resolveConflict(_ state: Note) async throws {
        script.log.record("resolveConflict \(state.text)")
        try await script.onResolveConflict(state.text)
    }

    func stop(_ reason: StopReason) async {
        script.log.record("stop \(reason)")
        await script.onStop(reason)
    }
}

typealias PlainWorker = ScriptedWorker<Plain>

/// An error with a description of its own.
struct Refusal: Error, CustomStringConvertible {
    var description: String { "no thanks" }
}

/// An error without: what it stores is nobody's business.
struct Mute: Error {
    var secret = "swordfish"
}
