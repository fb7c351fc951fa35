/// The work of one thread with a connection of its own: connect, serve, wait, and again, until stopped.
protocol ConnectionRole: AnyObject {
    /// A word for logs, and for the name of the connection at the broker.
    var label: String { get }
    /// Uses the connection until it breaks (throws) or the transport is stopped (returns, having closed it).
    func serve(_ connection: BrokerConnection) throws(ConnectionFailure)
    /// No connection, or not any more. Returns false to give up.
    func failed(_ failure: ConnectionFailure) -> Bool
    /// About every second while there is no connection.
    func idle()
    /// Set when there is reason to think that the next attempt will succeed.
    var nudge: WakeSignal { get }
}

/// What the threads of one transport share.
struct ConnectionContext: Sendable {
    let endpoint: AMQPEndpoint
    let options: AMQPOptions
    /// As the broker's management shows it.
    let name: String
    let stop: StopSignal

    /// Keeps a role connected; blocks the calling thread.
    func run(_ role: some ConnectionRole, guardian: SocketGuard) {
        var backoff = Backoff()
        while !stop.isSet {
            let began = ContinuousClock.now
            let failure: ConnectionFailure
            do throws(ConnectionFailure) {
                let connection = try BrokerConnection(
                    endpoint, options: options, name: "\(name) \(role.label)", guardian: guardian)
                role.nudge.clear()
                try role.serve(connection)
                return
            } catch { failure = error }
            // One that stood for a while was a success, whatever ended it.
            if .now - began > .seconds(30) { backoff.reset() }
            guard !stop.isSet, role.failed(failure) else { return }
            pause(backoff.next(random: .random(in: .min ... .max)), role)
        }
    }

    /// A nudge shortens the wait, but never to nothing: connections that succeed and break in turn would otherwise
    /// drive each other round without pause.
    private func pause(_ duration: Duration, _ role: some ConnectionRole) {
        let deadline = ContinuousClock.now + duration
        stop.wait(min(duration, .milliseconds(100)))
        while !stop.isSet, .now < deadline {
            if stop.wait(min(deadline - .now, .seconds(1)), or: role.nudge) { return role.nudge.clear() }
            role.idle()
        }
    }
}
