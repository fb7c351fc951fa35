import Testing

@testable import SwarmAMQP

struct AcknowledgementWindowTests {
    private typealias Batch = AcknowledgementWindow.Batch

    private func window(_ count: UInt64) -> AcknowledgementWindow {
        var window = AcknowledgementWindow()
        for tag in 1...count { window.delivered(tag) }
        return window
    }

    @Test func tellsManyAtOnce() {
        var window = window(5)
        for tag: UInt64 in [1, 2, 3] { window.acknowledge(tag) }
        #expect(window.outstanding == 2)
        #expect(on(&window) { $0.flush() } == [Batch(tag: 3, multiple: true)])
        #expect(on(&window) { $0.flush() }.isEmpty)
    }

    @Test func tellsSingleOnesBehindASlowOne() {
        var window = window(6)
        for tag: UInt64 in [5, 3, 1] { window.acknowledge(tag) }
        #expect(
            on(&window) { $0.flush() } == [
                Batch(tag: 1, multiple: false), Batch(tag: 3, multiple: false), Batch(tag: 5, multiple: false),
            ])
        // 2 and 4 come later; the last tag told must not be one that the broker knows already.
        window.acknowledge(2)
        window.acknowledge(4)
        #expect(on(&window) { $0.flush() } == [Batch(tag: 4, multiple: true)])
        window.acknowledge(6)
        #expect(on(&window) { $0.flush() } == [Batch(tag: 6, multiple: false)])
        #expect(window.outstanding == 0)
    }

    @Test func ignoresWhatWasNeverDeliveredOrIsDoneWith() {
        var window = window(2)
        window.acknowledge(3)
        window.acknowledge(0)
        window.acknowledge(1)
        window.acknowledge(1)
        #expect(on(&window) { $0.flush() } == [Batch(tag: 1, multiple: false)])
        window.acknowledge(1)
        #expect(on(&window) { $0.flush() }.isEmpty)
        #expect(window.outstanding == 1)
    }

    /// What the broker would hold against it: a tag told twice.
    @Test(arguments: 0..<200) func neverTellsATagTwice(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var window = AcknowledgementWindow()
        var unacknowledged: Set<UInt64> = []
        var open: [UInt64] = []
        var next: UInt64 = 1
        for _ in 0..<400 {
            switch random.next() % 3 {
            case 0:
                window.delivered(next)
                unacknowledged.insert(next)
                open.append(next)
                next += 1
            case 1 where !open.isEmpty:
                window.acknowledge(open.remove(at: Int(random.next() % UInt64(open.count))))
            default:
                for batch in window.flush() {
                    #expect(unacknowledged.contains(batch.tag))
                    if batch.multiple {
                        // None that is still being dealt with may be among them.
                        #expect(open.allSatisfy { $0 > batch.tag })
                        unacknowledged = unacknowledged.filter { $0 > batch.tag }
                    } else {
                        unacknowledged.remove(batch.tag)
                    }
                }
            }
        }
        #expect(window.outstanding == open.count)
        for tag in open { window.acknowledge(tag) }
        for batch in window.flush() {
            unacknowledged =
                batch.multiple ? unacknowledged.filter { $0 > batch.tag } : unacknowledged.filter { $0 != batch.tag }
        }
        #expect(unacknowledged.isEmpty)
    }

    private struct SplitMix {
        var seed: UInt64

        mutating func next() -> UInt64 {
            seed &+= 0x9e37_79b9_7f4a_7c15
            var mixed = (seed ^ (seed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}
