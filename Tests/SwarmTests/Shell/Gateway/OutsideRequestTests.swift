import SwarmCore
import Testing

@testable import Swarm

@Suite struct OutsideRequestTests {
    private func request(_ key: String, _ body: String, limit: Int = 1_000) throws -> OutsideRequest {
        try OutsideRequest(
            InboundFrame(lane: .request, exchange: .requests, key: key, body: Array(body.utf8)),
            defaultTimeout: .seconds(5), messageLimit: limit)
    }

    @Test func theTimeoutIsInSecondsAndBounded() throws {
        #expect(try request("call", "{}").timeout == .seconds(5))
        #expect(try request("call", #"{"timeout":1.5}"#).timeout == .milliseconds(1_500))
        #expect(try request("call", #"{"timeout":1e-9}"#).timeout == .milliseconds(1))
        for text in ["0", "-1", "301", "1e300"] {
            #expect(throws: SwarmError.self) { try request("call", "{\"timeout\":\(text)}") }
        }
    }

    @Test func aLargeBodyIsRefused() {
        let error = #expect(throws: SwarmError.self) {
            try request("call", "{\"message\":\"" + String(repeating: "x", count: 70_000) + "\"}")
        }
        #expect(error?.code == .tooLarge)
    }

    @Test func everyOperationHasAPermission() {
        for operation in OutsideOperation.allCases { #expect(OutsidePermission.all.contains(operation.permission)) }
        #expect(OutsideOperation(rawValue: "multi-call") == .multiCall)
        #expect(OutsideOperation.lookup.isRepeatable)
        #expect(!OutsideOperation.call.isRepeatable)
        #expect(!OutsideOperation.drain.isRepeatable)
    }

    @Test func requiredFieldsAreNamed() throws {
        let error = #expect(throws: SwarmError.self) { try request("call", "{}").required("name") }
        #expect(error?.message.contains("'name'") == true)
        #expect(throws: SwarmError.self) { try request("call", "{}").message() }
        #expect(try request("call", #"{"message": [1, 2] }"#).message() == Array("[1, 2]".utf8))
    }
}
