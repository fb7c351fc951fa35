import SwarmCore
import Testing

@testable import Swarm

@Suite struct InputQueueTests {
    private func limits(network: Int = 10, bytes: Int = 1_000, requests: Int = 3) -> InputQueue.Limits {
        InputQueue.Limits(networkInputs: network, networkBytes: bytes, requests: requests)
    }

    @Test func everythingIsTakenInOrderAtOnce() async {
        let queue = InputQueue(limits: limits())
        queue.push(.groupBound("a"))
        #expect(queue.offer(network: [.groupBound("b"), .groupBound("c")], bytes: 1) == .accepted)
        #expect(queue.offer(request: .groupBound("d")) == .accepted)
        #expect(queue.depth == 4)
        var batch: [Input] = []
        let hasSome = await queue.take(&batch)
        #expect(hasSome)
        #expect(batch.map(\.group) == ["a", "b", "c", "d"])
        #expect(queue.depth == 0)
    }

    @Test func theNetworkIsBoundedByInputsAndBytes() {
        let queue = InputQueue(limits: limits())
        let ten = [Input](repeating: .tick, count: 10)
        #expect(queue.offer(network: ten, bytes: 10) == .accepted)
        #expect(queue.offer(network: [.tick], bytes: 10) == .full)
        #expect(queue.offer(network: ten, bytes: 10, isHeartbeat: true) == .accepted, "a flood is no death")
        #expect(queue.offer(network: [.tick], bytes: 10, isHeartbeat: true) == .full)
        let other = InputQueue(limits: limits())
        #expect(other.offer(network: [.tick], bytes: 1_000) == .accepted)
        #expect(other.offer(network: [.tick], bytes: 1) == .full)
    }

    @Test func requestsAreBoundedAndWhatTheNodeTellsItselfIsNot() async {
        let queue = InputQueue(limits: limits())
        for _ in 0..<3 { #expect(queue.offer(request: .tick) == .accepted) }
        #expect(queue.offer(request: .tick) == .full)
        for _ in 0..<100 { #expect(queue.push(.tick) == .accepted) }
        var batch: [Input] = []
        _ = await queue.take(&batch)
        #expect(queue.offer(request: .tick) == .accepted, "taken inputs make room")
    }

    @Test func theReaderIsWokenByAnInput() async {
        let queue = InputQueue(limits: limits())
        async let first: String? = {
            var batch: [Input] = []
            _ = await queue.take(&batch)
            return batch.first?.group
        }()
        queue.push(.groupBound("x"))
        #expect(await first == "x")
    }

    @Test func aClosedQueueGivesWhatItHasAndEnds() async {
        let queue = InputQueue(limits: limits())
        queue.push(.tick)
        queue.close()
        #expect(queue.push(.tick) == .closed)
        #expect(queue.offer(request: .tick) == .closed)
        #expect(queue.offer(network: [.tick], bytes: 1) == .closed)
        var batch: [Input] = []
        let hasSome = await queue.take(&batch)
        #expect(hasSome)
        #expect(batch.count == 1)
        batch.removeAll()
        let hasMore = await queue.take(&batch)
        #expect(!hasMore)
    }

    @Test func closingWakesTheReader() async {
        let queue = InputQueue(limits: limits())
        async let ended: Bool = {
            var batch: [Input] = []
            return await !queue.take(&batch)
        }()
        queue.close()
        #expect(await ended)
    }
}

extension Input {
    fileprivate var group: String? {
        if case .groupBound(let group) = self { return group }
        return nil
    }
}
