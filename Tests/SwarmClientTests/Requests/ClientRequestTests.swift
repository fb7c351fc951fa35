import Swarm
import Testing

@testable import SwarmClient

@Suite struct ClientRequestTests {
    @Test(arguments: [
        (Duration.seconds(10), "9.750"), (.seconds(1), "0.800"), (.milliseconds(500), "0.400"),
        (.milliseconds(1), "0.001"), (.seconds(300), "299.750"),
    ]) func aNodeIsGivenALittleLessTime(_ timeout: Duration, _ seconds: String) {
        let body = String(decoding: ClientRequest(.lookup, name: "x").body(timeout: timeout), as: UTF8.self)
        #expect(body == #"{"name":"x","timeout":\#(seconds)}"#)
    }

    @Test func messagesPassAsTheyAre() {
        let request = ClientRequest.deliver(.call, "a\"b", message: Array(#"{"n":1.00}"#.utf8))
        let body = String(decoding: request.body(timeout: .seconds(1)), as: UTF8.self)
        #expect(body == #"{"name":"a\"b","message":{"n":1.00},"timeout":0.800}"#)
        #expect(request.operation == .call)
    }

    @Test func optionsThatAreNotGivenAreLeftOut() {
        #expect(ClientRequest.list().fields.bytes == Array("{}".utf8))
        let full = ClientRequest.list(prefix: "p", group: "g", node: "n")
        #expect(full.fields.bytes == Array(#"{"prefix":"p","group":"g","node":"n"}"#.utf8))
        let register = ClientRequest.register("x", kind: "k", arguments: Array("[1]".utf8), consistency: .local)
        #expect(
            register.fields.bytes
                == Array(#"{"name":"x","kind":"k","arguments":[1],"consistency":"local"}"#.utf8))
    }
}
