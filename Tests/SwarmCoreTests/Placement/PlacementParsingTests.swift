import SwarmCore
import Testing

@Suite struct PlacementParsingTests {
    @Test func readsTheThreeForms() throws {
        #expect(try placementStrategy(parsing: "ring") as? Ring == Ring())
        #expect(try placementStrategy(parsing: "rendezvous") as? Rendezvous == Rendezvous())
        #expect(try placementStrategy(parsing: "quorum:3") as? StaticQuorumRing == StaticQuorumRing(3))
        #expect(try placementStrategy(parsing: "quorum:32768").membersLimit == 65_535)
    }

    @Test(arguments: ["", "Ring", "ring ", "ring:", "ring:64", "rendezvous:1", "random", ":3", "quorums:3"])
    func refusesUnknownStrategies(text: String) {
        let error = PlacementParsingError(text: text, reason: .strategy)
        #expect(throws: error) { try placementStrategy(parsing: text) }
        #expect(error.description == "unknown strategy \"\(text)\": expected ring, quorum:K or rendezvous")
    }

    @Test(arguments: [
        "quorum", "quorum:", "quorum:0", "quorum:-1", "quorum:+3", "quorum:two", "quorum: 2", "quorum:2:3",
        "quorum:32769", "quorum:99999999999999999999", "quorum:٣",
    ])
    func refusesBadQuorums(text: String) {
        let error = PlacementParsingError(text: text, reason: .quorum)
        #expect(throws: error) { try placementStrategy(parsing: text) }
        #expect(error.description.contains("quorum:K") && error.description.contains("1 to 32768"))
    }
}
