import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Ends a call that hangs in the library, by shutting the socket down under it.
///
/// A write into a full socket waits without limit in rabbitmq-c 0.11, even if the broker stays silent. The thread
/// that makes the calls says when each began; another one looks at that now and then. It works on a duplicate of the
/// descriptor: the library may close its own at any time, and the number may then already stand for something else.
final class SocketGuard: Sendable {
    private struct Socket {
        var duplicate: Int32 = -1
        var isRetired = false
    }

    private let limit: UInt64
    /// Uptime in nanoseconds at which the call under way began; 0: none.
    private let callBegan = Atomic<UInt64>(0)
    private let shutDown = Atomic(false)
    private let socket = Mutex(Socket())

    init(limit: Duration) {
        let (seconds, attoseconds) = limit.components
        self.limit = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }

    deinit { detach() }

    var wasShutDown: Bool { shutDown.load(ordering: .acquiring) }

    /// Takes a new connection's socket on; false if the guard is retired.
    func attach(_ descriptor: Int32) -> Bool {
        detach()
        return socket.withLock { socket in
            guard !socket.isRetired else { return false }
            shutDown.store(false, ordering: .releasing)
            socket.duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            return true
        }
    }

    func detach() {
        socket.withLock { socket in
            if socket.duplicate >= 0 { close(socket.duplicate) }
            socket.duplicate = -1
        }
    }

    /// Runs one call into the library.
    func watch<Result>(_ call: () -> Result) -> Result {
        callBegan.store(Uptime.nanoseconds(), ordering: .relaxed)
        defer { callBegan.store(0, ordering: .relaxed) }
        return call()
    }

    /// Shuts the socket down if a call hangs. True if it did.
    func check() -> Bool {
        let began = callBegan.load(ordering: .relaxed)
        guard began != 0, Uptime.nanoseconds() > began &+ limit else { return false }
        end()
        return true
    }

    /// Ends whatever is under way, and refuses the next connection.
    func retire() {
        socket.withLock { $0.isRetired = true }
        end()
    }

    private func end() {
        socket.withLock { socket in
            guard socket.duplicate >= 0 else { return }
            shutDown.store(true, ordering: .releasing)
            shutdown(socket.duplicate, Int32(SHUT_RDWR))
        }
    }
}
