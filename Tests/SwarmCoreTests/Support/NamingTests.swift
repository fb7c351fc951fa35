import SwarmCore
import Testing

@Suite struct NamingTests {
    @Test func workerNamesAreAnyTextOfOneTo255Bytes() {
        #expect(Naming.isWorkerName("cart/42 ü#*."))
        #expect(Naming.isWorkerName(String(repeating: "a", count: 255)))
        #expect(!Naming.isWorkerName(String(repeating: "a", count: 256)))
        #expect(!Naming.isWorkerName(String(repeating: "ü", count: 128)))
        #expect(!Naming.isWorkerName(""))
    }

    @Test(arguments: ["a", "sensors.eu.temperature", "A-1._x", String(repeating: "a", count: 200)])
    func groups(name: String) { #expect(Naming.isGroup(name)) }

    @Test(arguments: ["", ".", "a.", ".a", "a..b", "a.*", "#", "a b", "ü", "a/b", String(repeating: "a", count: 201)])
    func noGroups(name: String) {
        #expect(!Naming.isGroup(name))
        let failure = #expect(throws: Failure.self) { try Naming.checkGroup(name) }
        #expect(failure?.code == .invalidArgument)
    }

    @Test func nodesAreOneWord() {
        #expect(Naming.isNodeName("node-1_A"))
        #expect(Naming.isNodeName(String(repeating: "a", count: 64)))
        #expect(!Naming.isNodeName(String(repeating: "a", count: 65)))
        #expect(!Naming.isNodeName("a.b"))
        #expect(!Naming.isNodeName(""))
    }
}
