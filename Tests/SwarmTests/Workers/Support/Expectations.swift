import SwarmCore
import Testing

@testable import Swarm

/// What `body` throws.
func error<Value>(_ body: () async throws -> Value) async -> (any Error)? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

func expect(
    code: SwarmError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    let thrown = await error(body)
    #expect((thrown as? SwarmError)?.code == code, "\(String(describing: thrown))", sourceLocation: sourceLocation)
}

/// Waits until so many messages wait in a worker's mailbox.
func waiting(_ count: Int, _ bench: Bench, _ workerID: UInt64) async {
    while bench.runtime.cell(workerID)?.waiting != count { await Task.yield() }
}

/// Waits until there are so many timers.
func timers(_ count: Int, _ bench: Bench) async {
    while bench.runtime.timers.count != count { await Task.yield() }
}

/// A script whose `first` message ends when the latch is opened.
func blocking(on latch: Latch) -> Script {
    var script = Script()
    script.onReceive = { text in
        if text == "first" { await latch.wait() }
        return text
    }
    return script
}

extension Result where Failure == SwarmCore.Failure {
    var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }

    var failureCode: FailureCode? {
        if case .failure(let failure) = self { failure.code } else { nil }
    }

    var isSuccess: Bool { if case .success = self { true } else { false } }
}
