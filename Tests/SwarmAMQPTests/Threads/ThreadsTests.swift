import Synchronization
import Testing

@testable import SwarmAMQP

struct WakeSignalTests {
    @Test func endsAWaitOnceAndAgain() {
        let wake = WakeSignal()
        for _ in 0..<3 {
            wake.set()
            wake.set()
            let time = ContinuousClock().measure { Poll.wait(wake.readEnd, for: .seconds(60)) }
            #expect(time < .seconds(50))
            wake.clear()
        }
        // Cleared: it waits again.
        let time = ContinuousClock().measure { Poll.wait(wake.readEnd, for: .milliseconds(30)) }
        #expect(time >= .milliseconds(30))
    }
}

struct StopSignalTests {
    @Test func tellsWhatEndedTheWait() {
        let stop = StopSignal()
        let nudge = WakeSignal()
        #expect(!stop.wait(.milliseconds(1), or: nudge))
        nudge.set()
        #expect(stop.wait(.seconds(60), or: nudge))
        nudge.clear()
        stop.set()
        #expect(!stop.wait(.seconds(60), or: nudge))
        #expect(stop.isSet)
    }
}

struct RunCompletionTests {
    @Test func waitsForAllThreads() async {
        let completion = RunCompletion(threads: 2)
        let waiting = Task { await completion.wait() }
        completion.threadEnded()
        completion.threadEnded()
        await waiting.value
        await completion.wait()
    }

    @Test func givesTheFirstErrorAndIsNotHeldUp() async {
        let completion = RunCompletion(threads: 2)
        completion.fail(SwarmErrorSample.first)
        completion.fail(SwarmErrorSample.second)
        completion.force()
        completion.threadEnded()
        await completion.wait()
        #expect(throws: SwarmErrorSample.first) { try completion.check() }
    }
}

struct SocketGuardTests {
    @Test func refusesConnectionsOnceRetired() {
        let guardian = SocketGuard(limit: .seconds(1))
        #expect(guardian.attach(0))
        guardian.retire()
        #expect(!guardian.attach(0))
        #expect(!guardian.check())
    }
}
