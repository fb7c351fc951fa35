import Swarm
import SwarmClient
import SwarmCore

/// A command about a name, or about the names on standard input.
protocol NameCommand: ClientCommand {
    var name: String { get }
    func request(for name: String) -> ClientRequest
    /// What to tell people of the answer. `amongMany`: it is one of many, and has to say which.
    func text(_ answer: JSONFields, name: String, amongMany: Bool) throws -> String
}

extension NameCommand {
    func perform(_ session: Session) async throws -> CommandStatus {
        guard name == Usage.standardInput else {
            let result = try await ask(about: name, session)
            write(result, name, amongMany: false, session)
            return result.status
        }
        return try await performMany(session)
    }

    /// One line for each name, in the order of the input, however fast the answers come.
    private func performMany(_ session: Session) async throws -> CommandStatus {
        let output = OrderedOutput { write($0.result, $0.name, amongMany: true, session) }
        try await withThrowingDiscardingTaskGroup { group in
            var index = 0
            while let line = await session.names.next() {
                await output.waitForRoom(for: index)
                group.addTask { [index] in
                    output.put(try await answer(line, session), at: index)
                }
                index += 1
            }
        }
        return output.status
    }

    private func answer(_ line: InputLine, _ session: Session) async throws -> NamedResult {
        switch line {
        case .text(let name): NamedResult(name: name, result: try await ask(about: name, session))
        case .unreadable(let reason):
            NamedResult(
                name: "", result: CommandResult(RequestFailure(SwarmError(.invalidArgument, reason), .client)))
        }
    }

    private func ask(about name: String, _ session: Session) async throws -> CommandResult {
        do throws(Failure) {
            try Naming.checkWorker(name: name)
        } catch {
            return CommandResult(RequestFailure(SwarmError(error), .client), subject: ("name", name))
        }
        return try await session.ask(request(for: name), subject: ("name", name))
    }

    private func write(_ result: CommandResult, _ name: String, amongMany: Bool, _ session: Session) {
        session.write(result, subject: name, amongMany: amongMany) { answer in
            try text(answer, name: name, amongMany: amongMany)
        }
    }
}

struct NamedResult: Sendable {
    let name: String
    let result: CommandResult
}
