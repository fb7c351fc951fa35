import SwarmCore
import Testing

/// Long random runs against a plain list of what each queue should hold.
@Suite struct BrokerModelRandomTests {
    @Test(arguments: 0..<8) func accountsForEveryMessage(seed: UInt64) throws {
        let first = try Self.run(seed: seed)
        let second = try Self.run(seed: seed)
        #expect(first == second, "the same calls gave other outputs")
    }

    /// Gives everything that was told and delivered.
    private static func run(seed: UInt64) throws -> [String] {
        var random = SplitMix64(seed: seed)
        var model = BrokerModel<Int>()
        var outputs: [BrokerOutput] = []
        var transcript: [String] = []
        let exchange = try model.declareExchange("x")
        let keys = ["a", "a.b", "a.b.c", "b", "b.c"]
        let patterns = ["a", "a.*", "a.#", "#", "*.b", "#.c", "b"]
        var expected: [BrokerQueueID: [Int]] = [:]
        var bindings: [BrokerQueueID: Set<String>] = [:]
        var queues: [(id: BrokerQueueID, owner: BrokerConnectionID)] = []
        var received = 0
        for step in 0..<4_000 {
            outputs = []
            switch Int.random(in: 0..<20, using: &random) {
            case 0 where queues.count < 12:
                let connection = try model.connect()
                let queue = try model.declareExclusiveQueue(by: connection)
                _ = try model.consume(queue, by: connection, into: &outputs)
                queues.append((queue, connection))
                expected[queue] = []
            case 1 where queues.count > 3:
                let index = Int.random(in: 0..<queues.count, using: &random)
                model.disconnect(queues[index].owner, into: &outputs)
                expected[queues[index].id] = nil
                bindings[queues[index].id] = nil
                queues.remove(at: index)
            case 2...5 where !queues.isEmpty:
                let (queue, owner) = queues[Int.random(in: 0..<queues.count, using: &random)]
                let pattern = patterns[Int.random(in: 0..<patterns.count, using: &random)]
                if bindings[queue, default: []].contains(pattern) {
                    try model.unbind(queue, from: exchange, key: pattern, by: owner)
                    bindings[queue]?.remove(pattern)
                } else {
                    try model.bind(queue, to: exchange, key: pattern, by: owner)
                    bindings[queue, default: []].insert(pattern)
                }
            case 6...9 where !queues.isEmpty:
                let queue = queues[Int.random(in: 0..<queues.count, using: &random)].id
                let delivery = model.take(queue, now: UInt64(step), into: &outputs)
                #expect(delivery?.message.body == expected[queue]?.first)
                if let delivery {
                    expected[queue]?.removeFirst()
                    received += 1
                    transcript.append("take \(queue) \(delivery.message.body)")
                }
            case 10... where !queues.isEmpty:
                let key = keys[Int.random(in: 0..<keys.count, using: &random)]
                let reached = queues.filter { queue in
                    bindings[queue.id, default: []].contains { TopicPattern.matches($0, key) }
                }
                let isTaken = model.publish(
                    step, to: .exchange(exchange, key: key), by: queues[0].owner, size: 1, returnID: UInt64(step),
                    now: UInt64(step), into: &outputs)
                #expect(isTaken)
                for queue in reached { expected[queue.id]?.append(step) }
                #expect(outputs.contains(.returned(queues[0].owner, id: UInt64(step))) == reached.isEmpty)
            default: break
            }
            for output in outputs { transcript.append("\(output)") }
            for (queue, list) in expected where model.count(of: queue) != list.count {
                Issue.record("queue \(queue) has \(model.count(of: queue)) messages, not \(list.count)")
            }
        }
        #expect(received > 100)
        let counters = model.counters
        let waiting = expected.values.reduce(0) { $0 + $1.count }
        #expect(counters.queued == counters.delivered + counters.lost + waiting)
        return transcript
    }
}
