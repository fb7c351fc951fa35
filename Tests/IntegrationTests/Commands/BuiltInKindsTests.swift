import Swarm
import SwarmClient
import Testing

@testable import swarmctl

@Suite struct BuiltInKindsTests {
    @Test func countersStayWithinTheNumbers() async throws {
        let counter = try Counter(.standalone(name: "x"), arguments: NoValue())
        #expect(try await counter.receive(.add(amount: .max)) == .max)
        #expect(try await counter.receive(.add(amount: 1)) == .max)
        #expect(try await counter.receive(.add(amount: .min)) == -1)
        #expect(try await counter.receive(.add(amount: .min)) == .min)
        #expect(try await counter.receive(.get) == .min)
    }

    @Test(arguments: [
        "null", "true", "0", "-9223372036854775808", "18446744073709551615", "1.5", "\"a\\nb\"", "[]", "{}",
        #"{"a":[{"b":null}]}"#,
    ]) func echoKeepsJSON(_ json: String) throws {
        let coder = JSONPayloadCoder()
        let value = try coder.decode(JSONValue.self, from: Array(json.utf8))
        #expect(String(decoding: try coder.encode(value), as: UTF8.self) == json)
    }

    @Test func jsonIsNestedToALimit() throws {
        let coder = JSONPayloadCoder()
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(throws: Never.self) { try coder.decode(JSONValue.self, from: nested(64)) }
        #expect(throws: DecodingError.self) { try coder.decode(JSONValue.self, from: nested(100)) }
    }

    @Test(arguments: [0, -1, 86_400_001]) func tickersRefuseBadIntervals(_ milliseconds: Int) {
        #expect(throws: Ticker.IntervalError.self) {
            try Ticker(.standalone(name: "x"), arguments: .init(milliseconds: milliseconds))
        }
    }

    @Test func aTickerTicks() async throws {
        try await CommandHarness.run { harness in
            try await harness.client.register("t", kind: "ticker", arguments: Ticker.Arguments(milliseconds: 1))
            var ticks = 0
            while ticks < 3 { ticks = try await harness.client.call("t", Ticker.Message.get, as: Int.self) }
        }
    }
}
