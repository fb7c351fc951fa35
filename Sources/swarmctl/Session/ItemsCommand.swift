import Swarm
import SwarmClient

/// A command whose answer is a list: with JSON one object a line, else a table.
protocol ItemsCommand: ClientCommand {
    var request: ClientRequest { get }
    static var headings: [String] { get }
    /// Columns of numbers.
    static var alignedRight: Set<Int> { get }
    func row(_ item: JSONFields) throws -> [String]
    /// Whether an item is a negative answer.
    func isNegative(_ item: JSONFields) throws -> Bool
    /// What the list is of, for complaints.
    var subject: (key: String, value: String) { get }
}

extension ItemsCommand {
    static var alignedRight: Set<Int> { [] }
    func isNegative(_ item: JSONFields) throws -> Bool { false }
    var subject: (key: String, value: String) { ("cluster", common.cluster.name) }

    func perform(_ session: Session) async throws -> CommandStatus {
        let items: [[UInt8]]
        do {
            items = try await session.client.askItems(request, timeout: session.timeout)
        } catch let failure as RequestFailure {
            let result = CommandResult(failure, subject: subject)
            session.write(result, subject: "\(subject.key) \(subject.value)") { _ in "" }
            return result.status
        }
        let fields = try items.map { try JSONFields($0) }
        if session.format == .json {
            session.console.lines(items)
        } else {
            var table = TextTable(Self.headings, alignedRight: Self.alignedRight)
            for item in fields { table.add(try row(item)) }
            session.console.lines(table.lines.map { Array($0.utf8) })
        }
        return try fields.contains { try isNegative($0) } ? .negative : .done
    }
}
