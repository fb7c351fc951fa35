import Swarm

/// Answers what it was sent.
actor Echo: Worker {
    static let kind = "echo"

    init(_ context: WorkerContext, arguments: NoValue) throws {}

    func receive(_ message: JSONValue) async throws -> JSONValue { message }
}
