import Dispatch
import SwarmCore
import SwarmWire
import Synchronization
import Testing

@testable import Swarm

@Suite(.timeLimit(.minutes(1)), .serialized) struct TrackerLoopTests {
    private func heartbeats(_ transport: FakeTransport) -> Int {
        transport.published.filter { $0.lane == .heartbeat && $0.returnID == nil }.count
    }

    @Test func heartbeatsGoOnWhileTheApplicationBlocksEveryThread() async throws {
        let transport = FakeTransport()
        var configuration = SwarmConfiguration(name: "a")
        configuration.membership.heartbeatInterval = .milliseconds(20)
        let node = try SwarmNode(configuration: configuration, transport: transport, logger: TestCluster.logger)
        let run = Task { try await node.run() }
        try await eventually("it runs") { transport.bring(.connected(queue: "q")) }
        try await eventually("it beats") { heartbeats(transport) > 2 }

        // More tasks than Swift's concurrency can have threads, each of which blocks its thread until there were beats.
        let beats = Atomic(0)
        let blockers = 256
        await withTaskGroup(of: Void.self) { group in
            let release = DispatchSemaphore(value: 0)
            let start = heartbeats(transport)
            Thread.detach {
                let deadline = DispatchTime.now() + 10
                while DispatchTime.now() < deadline, heartbeats(transport) < start + 10 {}
                beats.store(heartbeats(transport) - start, ordering: .releasing)
                for _ in 0..<blockers { release.signal() }
            }
            for _ in 0..<blockers { group.addTask { Thread.block(on: release) } }
        }
        #expect(beats.load(ordering: .acquiring) >= 10)
        run.cancel()
        _ = try? await run.value
    }

    @Test func theViewIsThereBeforeTheAnswer() async throws {
        let cluster = TestCluster("readYourWrites")
        let node = try cluster.node("a")
        try await withRunning([node]) {
            for number in 0..<300 {
                let name = "x/\(number)"
                try await node.register(name, as: TestCounter.self, consistency: .local)
                #expect(node.lookup(name) != nil)
                try await node.unregister(name)
                #expect(node.lookup(name) == nil)
            }
        }
    }
}

private enum Thread {
    /// A thread outside of Swift's concurrency.
    static func detach(_ body: @escaping @Sendable () -> Void) {
        DispatchQueue(label: "swarm.tests.outside").async(execute: body)
    }

    /// Blocks the calling thread, as careless code does.
    static func block(on semaphore: DispatchSemaphore) { semaphore.wait() }
}
