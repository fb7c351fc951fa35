/// The thread that looks after the sockets of a transport: it ends calls that hang, and, when the transport is stopped,
/// what does not end by itself.
enum Watchdog {
    /// Runs until `completion`, looking every second.
    static func start(
        _ guards: [SocketGuard], stop: StopSignal, completion: RunCompletion, onHang: @escaping @Sendable () -> Void
    ) -> Bool {
        OSThread.start(name: "swarm-watchdog") {
            while !stop.isSet {
                stop.wait(.seconds(1))
                for guardian in guards where guardian.check() { onHang() }
            }
            // A healthy connection needs little more than the time for its last messages.
            completion.waitBlocking(atMost: .seconds(2))
            for guardian in guards { guardian.retire() }
            completion.waitBlocking(atMost: .seconds(1))
            completion.force()
        }
    }
}
