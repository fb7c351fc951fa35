/// What is to happen, in the order of virtual time; what is due at one moment happens in the order it was added.
///
/// A binary heap over small keys; the events themselves stay where they are.
struct EventQueue<Event> {
    private struct Key {
        let time: UInt64
        let sequence: UInt64
        let slot: Int

        func isBefore(_ other: Key) -> Bool {
            time == other.time ? sequence < other.sequence : time < other.time
        }
    }

    private var heap: [Key] = []
    private var events: [Event?] = []
    private var free: [Int] = []
    private var added: UInt64 = 0

    var count: Int { heap.count }

    /// When the next event is due.
    var nextTime: UInt64? { heap.first?.time }

    mutating func add(_ event: consuming Event, at time: UInt64) {
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            events[slot] = event
        } else {
            slot = events.count
            events.append(event)
        }
        heap.append(Key(time: time, sequence: added, slot: slot))
        added += 1
        rise(heap.count - 1)
    }

    mutating func next() -> (time: UInt64, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink(0)
        }
        free.append(first.slot)
        guard let event = events[first.slot].take() else { return nil }
        return (first.time, event)
    }

    private mutating func rise(_ start: Int) {
        var index = start
        let key = heap[index]
        while index > 0 {
            let parent = (index - 1) / 2
            guard key.isBefore(heap[parent]) else { break }
            heap[index] = heap[parent]
            index = parent
        }
        heap[index] = key
    }

    private mutating func sink(_ start: Int) {
        var index = start
        let key = heap[index]
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(key) else { break }
            heap[index] = heap[child]
            index = child
        }
        heap[index] = key
    }
}
