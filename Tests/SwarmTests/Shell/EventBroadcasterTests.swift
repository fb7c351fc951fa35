import SwarmCore
import Testing

@testable import Swarm

@Suite struct EventBroadcasterTests {
    private func event(_ name: String) -> LifecycleEvent { LifecycleEvent(.unregistered(name: name)) }

    @Test func everyReaderSeesEverythingFromItsBeginning() async {
        let broadcaster = EventBroadcaster(limit: 10)
        var first = LifecycleEvents(broadcaster: broadcaster).makeAsyncIterator()
        broadcaster.send([event("a")])
        var second = LifecycleEvents(broadcaster: broadcaster).makeAsyncIterator()
        broadcaster.send([event("b")])
        broadcaster.end()
        #expect(await first.next()?.name == "a")
        #expect(await first.next()?.name == "b")
        #expect(await first.next() == nil)
        #expect(await second.next()?.name == "b")
        #expect(await second.next() == nil)
    }

    @Test func aSlowReaderLosesTheOldestAndIsTold() async {
        let broadcaster = EventBroadcaster(limit: 3)
        var reader = LifecycleEvents(broadcaster: broadcaster).makeAsyncIterator()
        broadcaster.send((0..<10).map { event("\($0)") })
        let missed = await reader.next()
        #expect(missed?.kind == .missed)
        #expect(missed?.missed == 7)
        #expect(await reader.next()?.name == "7")
        #expect(await reader.next()?.name == "8")
        #expect(await reader.next()?.name == "9")
    }

    @Test func aWaitingReaderIsWoken() async {
        let broadcaster = EventBroadcaster(limit: 3)
        let subscription = broadcaster.subscribe()
        async let next = subscription.next()
        broadcaster.send([event("x")])
        #expect(await next?.name == "x")
    }

    @Test func aReaderWhoseTaskIsCancelledEnds() async {
        let broadcaster = EventBroadcaster(limit: 3)
        let task = Task {
            var count = 0
            for await _ in LifecycleEvents(broadcaster: broadcaster) { count += 1 }
            return count
        }
        task.cancel()
        #expect(await task.value == 0)
    }

    @Test func manyEventsPassThroughASmallBuffer() async {
        let broadcaster = EventBroadcaster(limit: 2_000)
        var reader = LifecycleEvents(broadcaster: broadcaster).makeAsyncIterator()
        for round in 0..<5 {
            broadcaster.send((0..<1_500).map { event("\(round)/\($0)") })
            for number in 0..<1_500 { #expect(await reader.next()?.name == "\(round)/\(number)") }
        }
    }

    @Test func aReaderAfterTheEndGetsNothing() async {
        let broadcaster = EventBroadcaster(limit: 3)
        broadcaster.end()
        var reader = LifecycleEvents(broadcaster: broadcaster).makeAsyncIterator()
        #expect(await reader.next() == nil)
    }
}
