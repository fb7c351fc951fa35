import SwarmCore
import Testing

@testable import Swarm

@Suite struct PayloadCoderTests {
    let coder = JSONPayloadCoder()

    enum Order: Codable, Hashable { case add(amount: Int), get }

    func text<Value: Encodable>(_ value: Value) throws -> String {
        String(decoding: try coder.encode(value), as: UTF8.self)
    }

    @Test func writesWhatOtherLanguagesExpect() throws {
        #expect(try text(NoValue()) == "{}")
        #expect(try text(42) == "42")
        #expect(try text("a/b") == "\"a/b\"")
        #expect(try text(Order.add(amount: 3)) == #"{"add":{"amount":3}}"#)
        #expect(try text(Order.get) == #"{"get":{}}"#)
        #expect(coder.contentType == "application/json")
    }

    @Test func givesBackExactlyWhatItWasGiven() throws {
        let numbers = [0.1, Double.leastNonzeroMagnitude, -0.0, .infinity, -.infinity, Double.greatestFiniteMagnitude]
        #expect(try coder.decode([Double].self, from: coder.encode(numbers)) == numbers)
        #expect(try coder.decode(Double.self, from: coder.encode(Double.nan)).isNaN)
        let integers = [UInt64.max, UInt64(1) << 53 + 1]
        #expect(try coder.decode([UInt64].self, from: coder.encode(integers)) == integers)
    }

    @Test func readsNothingAsAnEmptyObject() throws {
        #expect(try coder.decode(NoValue.self, from: []) == NoValue())
        #expect(throws: DecodingError.self) { try coder.decode(Int.self, from: []) }
    }

    @Test func limits() throws {
        let limited = LimitedCoder(coder, limit: 4)
        #expect(try limited.encode("ab", "message") == Array("\"ab\"".utf8))
        #expect { try limited.encode("abc", "message") } throws: { ($0 as? Failure)?.code == .tooLarge }
        #expect { try limited.decode(String.self, from: [1, 2, 3, 4, 5], "message") } throws: {
            ($0 as? Failure)?.code == .tooLarge
        }
    }

    @Test(arguments: [
        (#"{"explode":{}}"#, "unknown case 'explode'"),
        ("{}", "no case is given"),
        (#"{"explode":{},"burn":{}}"#, "one case expected, not 'burn', 'explode'"),
        (#"{"add":{"amount":"x"}}"#, "no Int at 'add.amount'"),
        (#"{"add":{}}"#, "no 'amount' at 'add'"),
        (#"{"add":3}"#, "no object at 'add'"),
        ("[1]", "no object"),
        ("3", "no object"),
        (#"{"add"#, "not valid application/json"),
        ("\u{1}", "not valid application/json"),
    ])
    func saysWhatIsWrongWithAMessage(payload: String, reason: String) throws {
        let limited = LimitedCoder(coder, limit: 1_000)
        let failure = #expect(throws: Failure.self) {
            try limited.decode(Order.self, from: Array(payload.utf8), "message", of: "shop")
        }
        #expect(failure?.code == .decodingFailed)
        #expect(
            failure?.message
                == "The message is no message of kind 'shop': \(reason); see PayloadCoderTests.Order.")
    }

    @Test func saysWhatAReplyIsNot() {
        let limited = LimitedCoder(coder, limit: 1_000)
        let failure = #expect(throws: Failure.self) { try limited.decode(Int.self, from: Array("true".utf8), "reply") }
        #expect(
            failure?.message == "The reply is no Int: no Int; ask for the type that the worker answers with.")
    }
}

@Suite struct ErrorTextTests {
    @Test func showsADescriptionOnlyWhereThereIsOne() {
        #expect(ErrorText.of(Refusal()) == "Refusal: no thanks")
        #expect(ErrorText.of(Mute()) == "Mute")
    }

    @Test func isBounded() {
        struct Long: Error, CustomStringConvertible {
            var description: String { String(repeating: "ä", count: 10_000) }
        }
        #expect(ErrorText.of(Long()).utf8.count < ErrorText.limit + 10)
    }
}

@Suite struct UptimeClockTests {
    @Test func onlyGrows() {
        let first = UptimeClock.now()
        var last = first
        // Microseconds: it moves within any number of reads that take as long.
        while last == first { last = UptimeClock.now() }
        #expect(last > first)
    }
}
