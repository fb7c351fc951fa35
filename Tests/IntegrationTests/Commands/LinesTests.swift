import Swarm
import SwarmClient
import SwarmCore
import Synchronization
import Testing

@testable import swarmctl

@Suite struct LinesTests {
    private func lines(_ chunks: [[UInt8]], limit: Int = 16) async -> [InputLine] {
        let rest = Mutex(chunks[...])
        let reader = LineReader(limit: limit) { rest.withLock { $0.popFirst() } ?? [] }
        var lines: [InputLine] = []
        while let line = await reader.next() { lines.append(line) }
        return lines
    }

    @Test(arguments: 1...12) func linesEndWithALineFeedOrTheEnd(_ size: Int) async {
        let text = Array("one\ntwo\r\n\nthréé\nlast".utf8)
        let chunks = stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min($0 + size, text.count)]) }
        #expect(
            await lines(chunks) == [.text("one"), .text("two"), .text(""), .text("thréé"), .text("last")])
    }

    @Test func noInputHasNoLines() async {
        #expect(await lines([]).isEmpty)
        #expect(await lines([Array("\n".utf8)]) == [.text("")])
    }

    @Test func badLinesAreOneResultEach() async {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 40)
        let result = await lines([Array("a\n".utf8), long, long, Array("\n".utf8), [0xff, 0x0a], Array("b".utf8)])
        #expect(result.count == 4)
        #expect(result.first == .text("a"))
        #expect(result.last == .text("b"))
        for line in result[1...2] {
            guard case .unreadable = line else {
                Issue.record("\(line)")
                continue
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func resultsAreWrittenInTheOrderOfTheQuestions() async {
        let written = Mutex<[String]>([])
        let output = OrderedOutput { result in written.withLock { $0.append(result.name) } }
        let count = 5_000
        await withDiscardingTaskGroup { group in
            for index in 0..<count {
                await output.waitForRoom(for: index)
                // No further ahead than the limit.
                #expect(index - written.withLock { $0.count } <= OrderedOutput.limit)
                group.addTask {
                    for _ in 0..<(index % 7) { await Task.yield() }
                    output.put(NamedResult(name: "\(index)", result: CommandResult(answer: [])), at: index)
                }
            }
        }
        #expect(written.withLock { $0 } == (0..<count).map(String.init))
        #expect(output.status == .done)
    }

    @Test func theHeaviestStatusCounts() {
        let output = OrderedOutput { _ in }
        func put(_ code: FailureCode, _ source: RequestFailure.Source, at index: Int) {
            let failure = RequestFailure(SwarmError(code, ""), source)
            output.put(NamedResult(name: "", result: CommandResult(failure)), at: index)
        }
        put(.notFound, .client, at: 1)
        #expect(output.status == .negative)
        put(.timeout, .unreached, at: 0)
        put(.notFound, .client, at: 2)
        #expect(output.status == .unreached)
    }
}
