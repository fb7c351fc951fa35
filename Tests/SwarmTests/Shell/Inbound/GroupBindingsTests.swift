import SwarmCore
import Testing

@testable import Swarm

@Suite struct GroupBindingsTests {
    /// A broker that confirms bindings when it is told to, and knows what is bound.
    private struct Broker {
        var bindings: GroupBindings
        var bound: Set<String> = []
        var unconfirmed: [String] = []
        var announced: Set<String> = []

        init(limit: Int) { bindings = GroupBindings(limit: limit) }

        mutating func take(_ actions: [GroupBindings.Action]) {
            for action in actions {
                switch action {
                case .bind(let pattern):
                    bound.insert(pattern)
                    unconfirmed.append(pattern)
                case .unbind(let pattern):
                    bound.remove(pattern)
                    unconfirmed.removeAll { $0 == pattern }
                case .announce(let group): announced.insert(group)
                }
            }
        }

        mutating func add(_ group: String) { take(bindings.add(group)) }

        mutating func remove(_ group: String) {
            announced.remove(group)
            take(bindings.remove(group))
        }

        mutating func confirmOne() {
            guard !unconfirmed.isEmpty else { return }
            take(bindings.bound(unconfirmed.removeFirst()))
        }

        mutating func confirmAll() { while !unconfirmed.isEmpty { confirmOne() } }

        func hears(_ group: String) -> Bool {
            let standing = bound.subtracting(unconfirmed)
            let word = String(group.prefix { $0 != "." })
            return standing.contains(group) || standing.contains(word + ".#") || standing.contains("#")
        }
    }

    @Test func aGroupIsAnnouncedWhenItsBindingStands() {
        var broker = Broker(limit: 4)
        broker.add("a.b")
        #expect(broker.bound == ["a.b"])
        #expect(broker.announced.isEmpty)
        broker.confirmAll()
        #expect(broker.announced == ["a.b"])
        broker.remove("a.b")
        #expect(broker.bound.isEmpty)
    }

    @Test func aGroupThatStandsIsAnnouncedAtOnce() {
        var broker = Broker(limit: 4)
        broker.add("a")
        broker.confirmAll()
        let actions = broker.bindings.add("a")
        #expect(actions == [.announce(group: "a")])
    }

    @Test func theWordWithMostGroupsIsBoundAsAWhole() {
        var broker = Broker(limit: 4)
        for group in ["eu.a", "eu.b", "eu.c", "us.a"] { broker.add(group) }
        broker.confirmAll()
        broker.add("us.b")
        #expect(
            broker.bound == ["eu.a", "eu.b", "eu.c", "eu.#", "us.a", "us.b"],
            "the old ones stay until the new one stands")
        broker.confirmAll()
        #expect(broker.bound == ["eu.#", "us.a", "us.b"])
        #expect(broker.bindings.isFiltering)
        #expect(broker.bindings.wants("eu.a"))
        #expect(!broker.bindings.wants("eu.x"))
        broker.add("eu.x")
        #expect(broker.announced.contains("eu.x"), "its prefix stands already")
    }

    @Test func everythingIsBoundWhereNoWordSavesABinding() {
        var broker = Broker(limit: 3)
        for group in ["a", "b", "c", "d"] { broker.add(group) }
        broker.confirmAll()
        #expect(broker.bound == ["#"])
        #expect(broker.announced == ["a", "b", "c", "d"])
        #expect(!broker.bindings.wants("e"))
    }

    @Test func fewGroupsAreBoundOneByOneAgain() {
        var broker = Broker(limit: 4)
        for number in 0..<10 { broker.add("eu.\(number)") }
        broker.confirmAll()
        #expect(broker.bound == ["eu.#"])
        for number in 2..<10 { broker.remove("eu.\(number)") }
        broker.confirmAll()
        #expect(broker.bound == ["eu.0", "eu.1"])
        #expect(!broker.bindings.isFiltering)
    }

    @Test(arguments: [1, 2, 3, 8, 40]) func whatWasAnnouncedIsAlwaysHeard(limit: Int) {
        var random = SplitMix64(seed: UInt64(limit))
        var broker = Broker(limit: limit)
        var groups: Set<String> = []
        for _ in 0..<5_000 {
            let group = "\("abcd".randomElement(using: &random) ?? "a").\(Int.random(in: 0..<12, using: &random))"
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                groups.insert(group)
                broker.add(group)
            case 4..<7:
                groups.remove(group)
                broker.remove(group)
            default: broker.confirmOne()
            }
            for group in broker.announced where !broker.hears(group) { Issue.record("\(group) was lost") }
        }
        broker.confirmAll()
        #expect(broker.announced == groups)
        #expect(groups.allSatisfy(broker.hears))
        #expect(broker.bound.count <= limit)
        for group in groups { broker.remove(group) }
        broker.confirmAll()
        #expect(broker.bound.isEmpty)
        #expect(broker.bindings.bindingCount == 0)
    }
}
