import SwarmCore
import Testing

@testable import Swarm

@Suite struct SwarmConfigurationTests {
    private func message(_ kinds: [String] = [], _ change: (inout SwarmConfiguration) -> Void) -> String? {
        var configuration = SwarmConfiguration(name: "a", cluster: "shop")
        change(&configuration)
        do {
            try configuration.validate(kinds: kinds)
            return nil
        } catch {
            #expect((error as? SwarmError)?.code == .invalidArgument)
            return (error as? SwarmError)?.message
        }
    }

    @Test func defaultsAreValid() { #expect(message { _ in } == nil) }

    @Test(arguments: ["", "a.b", "a b", "a*", "#", "ä", String(repeating: "a", count: 65)])
    func namesAreWords(name: String) {
        #expect(message { $0.name = name } != nil)
        #expect(message { $0.cluster = name } != nil)
    }

    @Test func theErrorNamesTheOption() {
        #expect(message { $0.weight = -1 }?.contains("weight") == true)
        #expect(message { $0.timeouts.request = .zero }?.contains("timeouts.request") == true)
        #expect(message { $0.membership.downAfter = .milliseconds(1) }?.contains("membership.downAfter") == true)
        #expect(message { $0.membership.heartbeatInterval = .zero }?.contains("heartbeatInterval") == true)
        #expect(message { $0.rebalancing.concurrentHandoffs = 0 }?.contains("concurrentHandoffs") == true)
        #expect(message { $0.limits.messageBytes = 1 << 40 }?.contains("messageBytes") == true)
        #expect(message { $0.strategy = StaticQuorumRing(0) }?.contains("quorum") == true)
        #expect(message { $0.roles = [""] }?.contains("roles") == true)
    }

    @Test func kindsAreNames() {
        #expect(message([""]) { _ in } != nil)
        #expect(message(["counter"]) { _ in } == nil)
    }

    @Test func aClientHasNoWorkers() {
        #expect(message(["counter"]) { $0.isClient = true } != nil)
        #expect(message { $0.isClient = true } == nil)
    }

    @Test func theTrackerIsToldTheSame() throws {
        var configuration = SwarmConfiguration(name: "a")
        configuration.membership.heartbeatInterval = .milliseconds(20)
        configuration.rebalancing.settleTime = .milliseconds(7)
        configuration.trust.deny = ["b"]
        configuration.seed = 9
        let member = MemberDescription(node: NodeID(name: "a", incarnation: 1), kinds: [])
        let rules = try NameRules(allow: configuration.trust.allow, deny: configuration.trust.deny)
        let tracker = configuration.tracker(member, rules: rules)
        #expect(tracker.heartbeatInterval == 20_000)
        #expect(tracker.settleTime == 7_000)
        #expect(tracker.seed == 9)
        #expect(!tracker.isAllowed("b"))
        #expect(tracker.isAllowed("c"))
    }
}
