import Swarm
import SwarmClient
import SwarmCore
import Testing

@testable import swarmctl

@Suite struct OutputTests {
    @Test func tablesAlignTheirColumns() {
        var table = TextTable(["name", "count"], alignedRight: [1])
        table.add(["a", "5"])
        table.add(["longer", "1000"])
        #expect(table.lines == ["NAME    COUNT", "a           5", "longer   1000"])
    }

    @Test func whatControlsATerminalIsShownByItsNumber() {
        #expect("a\u{1b}[2Jb\n".printable == "a\\u{1b}[2Jb\\u{a}")
        #expect("\u{202e}x".printable == "\\u{202e}x")
        #expect("é ✓ 日本".printable == "é ✓ 日本")
        var table = TextTable(["name"])
        table.add(["x\ny"])
        #expect(table.lines == ["NAME", "x\\u{a}y"])
    }

    @Test func percentagesHaveOneDecimalPlace() {
        #expect([0, 0.3333, 0.99999, 1].map(Percentage.text) == ["0.0 %", "33.3 %", "100.0 %", "100.0 %"])
    }

    @Test func durationsAreWrittenInSeconds() {
        #expect(DemoReport.seconds(.milliseconds(1_234), places: 3) == "1.234")
        #expect(DemoReport.seconds(.milliseconds(50), places: 2) == "0.05")
        #expect(DemoReport.seconds(.seconds(61), places: 1) == "61.0")
    }

    // MARK: Results

    private static func refusal(_ code: FailureCode, _ source: RequestFailure.Source) -> RequestFailure {
        RequestFailure(SwarmError(code, "Because."), source)
    }

    @Test func exitStatusSaysWhoRefused() {
        let answer = RequestFailure.Source.cluster(answer: [])
        for code in [
            FailureCode.notFound, .alreadyRegistered, .unknownKind, .startFailed, .workerFailed, .noQuorum,
            .unauthorized,
        ] {
            #expect(CommandStatus(Self.refusal(code, answer)) == .negative)
        }
        for code in [FailureCode.timeout, .notReady, .uncertain] {
            #expect(CommandStatus(Self.refusal(code, answer)) == .unreached)
        }
        for code in [FailureCode.disconnected, .timeout, .uncertain, .connectionRefused, .stopped] {
            #expect(CommandStatus(Self.refusal(code, .unreached)) == .unreached)
        }
        #expect(CommandStatus(Self.refusal(.accessRefused, .unreached)) == .negative)
        #expect(CommandStatus(Self.refusal(.unauthorized, .unreached)) == .negative)
        // The URL, which is looked at when the client runs.
        #expect(CommandStatus(Self.refusal(.invalidArgument, .unreached)) == .usage)
        #expect(CommandStatus(Self.refusal(.invalidArgument, .client)) == .negative)
        #expect([CommandStatus.done, .negative, .unreached, .usage].map(\.rawValue) == [0, 1, 3, 64])
    }

    @Test func aRefusalIsTheNodesOwnWordsWithTheSubject() {
        let words = Array(#"{"error":"not_found","message":"no"}"#.utf8)
        let result = CommandResult(Self.refusal(.notFound, .cluster(answer: words)), subject: ("name", "a\"b"))
        #expect(String(decoding: result.json, as: UTF8.self) == #"{"name":"a\"b","error":"not_found","message":"no"}"#)
        let named = Array(#"{"name":"x","error":"not_found"}"#.utf8)
        #expect(CommandResult(Self.refusal(.notFound, .cluster(answer: named)), subject: ("name", "x")).json == named)
    }

    @Test func whatTheClientSaysHasTheSameForm() {
        let result = CommandResult(Self.refusal(.disconnected, .unreached), subject: ("name", "x"))
        #expect(
            String(decoding: result.json, as: UTF8.self)
                == #"{"name":"x","error":"disconnected","message":"Because.","retryable":true,"may_have_executed":false}"#
        )
        #expect(result.status == .unreached)
    }

    // MARK: Events

    @Test func eventsAreOneObjectALine() {
        let (a, b) = (NodeID(name: "a", incarnation: 1), NodeID(name: "b", incarnation: 2))
        func json(_ event: Event) -> String {
            String(decoding: EventLine.json(.init(event), node: "me"), as: UTF8.self)
        }
        #expect(json(.ready) == #"{"event":"ready","node":"me"}"#)
        #expect(json(.memberUp(a)) == #"{"event":"member_up","node":"a","incarnation":1}"#)
        #expect(
            json(.moved(name: "x", from: a, to: b))
                == #"{"event":"moved","name":"x","node":"b","incarnation":2,"previous":"a"}"#)
        #expect(json(.unregistered(name: "x\n")) == #"{"event":"unregistered","name":"x\n"}"#)
        #expect(EventLine.text(.init(.moved(name: "x", from: a, to: b))) == "moved x from a to b")
        #expect(EventLine.text(.init(.memberUp(a))) == "member_up a")
    }
}
