import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Wakes a thread that waits in `poll`: a pipe, written at most once until it is cleared.
final class WakeSignal: Sendable {
    /// Readable while set.
    let readEnd: Int32
    private let writeEnd: Int32
    private let state = Atomic(false)

    var isSet: Bool { state.load(ordering: .acquiring) }

    /// Without file descriptors left the ends are -1: then waits simply end by their time limit.
    init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { ends = [-1, -1] }
        for end in ends where end >= 0 {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        if readEnd >= 0 { close(readEnd) }
        if writeEnd >= 0 { close(writeEnd) }
    }

    /// From any thread.
    func set() {
        guard !state.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    /// Before looking for work: what comes after sets it again.
    func clear() {
        var bytes: (UInt64, UInt64) = (0, 0)
        _ = read(readEnd, &bytes, 16)
        state.store(false, ordering: .releasing)
    }
}

/// Says once and for all that threads have to end.
final class StopSignal: Sendable {
    private let isStopping = Atomic(false)
    private let wake = WakeSignal()

    var isSet: Bool { isStopping.load(ordering: .acquiring) }

    func set() {
        isStopping.store(true, ordering: .releasing)
        wake.set()
    }

    /// Waits, unless it is set before.
    func wait(_ duration: Duration) {
        Poll.wait(wake.readEnd, for: duration)
    }

    /// The same, and ends early, with true, once `signal` is set.
    func wait(_ duration: Duration, or signal: WakeSignal) -> Bool {
        Poll.wait(wake.readEnd, signal.readEnd, for: duration)
        return signal.isSet
    }
}

/// Waiting for file descriptors.
enum Poll {
    /// Waits until `first` can be read (or written, if asked), `second` can be read, or the time is over.
    static func wait(
        _ first: Int32, orCanWrite: Bool = false, _ second: Int32 = -1, for duration: Duration
    ) {
        let events = Int16(orCanWrite ? POLLIN | POLLOUT : POLLIN)
        var descriptors = (
            pollfd(fd: first, events: events, revents: 0), pollfd(fd: second, events: Int16(POLLIN), revents: 0)
        )
        withUnsafeMutableBytes(of: &descriptors) { bytes in
            _ = poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 2, milliseconds(duration))
        }
    }

    /// What can be done with a socket, without waiting.
    static func state(of descriptor: Int32) -> (canRead: Bool, canWrite: Bool) {
        var descriptors = pollfd(fd: descriptor, events: Int16(POLLIN | POLLOUT), revents: 0)
        guard poll(&descriptors, 1, 0) > 0 else { return (false, false) }
        let events = Int32(descriptors.revents)
        // A broken socket says so when it is read.
        return (events & ~Int32(POLLOUT) != 0, events & Int32(POLLOUT) != 0)
    }

    /// Rounded up, so that a wait is never cut into many of no time at all.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = max(duration, .zero).components
        return Int32(clamping: seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
