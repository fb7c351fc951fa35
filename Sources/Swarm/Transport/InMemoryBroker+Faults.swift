extension InMemoryBroker {
    /// Cuts the nodes of this name off: their connections are lost, their queues with them, and none is made until
    /// ``heal(node:)``.
    public func cut(node name: String) { perform { $0.cut(name) } }

    /// Lets the nodes of this name connect again, and makes them hear again.
    public func heal(node name: String) { perform { $0.heal(name) } }

    /// Makes the nodes of this name vanish as if their process had been killed: nothing of them is sent any more, and they
    /// are told nothing. It cannot be healed; a new node of the name is another one.
    public func kill(node name: String) { perform { $0.kill(name) } }

    /// Makes the queues of the nodes of this name take messages and deliver none, while the connection seems well; until
    /// ``heal(node:)`` or the next connection.
    public func deafen(node name: String) { perform { $0.setDeaf(name, true) } }

    /// Stops the broker and starts it again: every connection is lost, and made again at once.
    public func restart() {
        perform { fabric in
            fabric.stop()
            fabric.start()
        }
    }

    /// Stops the broker: every connection is lost, and none is made until ``start()``.
    public func stop() { perform { $0.stop() } }

    /// Starts the broker after ``stop()``.
    public func start() { perform { $0.start() } }

    /// Raises the memory alarm: what is published waits until ``unblock()``; deliveries go on.
    public func block() { perform { $0.setAlarm(true) } }

    /// Ends the memory alarm.
    public func unblock() { perform { $0.setAlarm(false) } }

    /// Splits the broker, as a network fault inside a cluster of brokers does: nodes of different parts do not hear each
    /// other. Nodes that are not named, clients from outside, and the queue of their requests stay with the first part.
    /// Replaces an earlier split; ``heal()`` ends it.
    ///
    /// - Parameters:
    ///   - parts: Names of nodes; at least two parts make a split.
    ///   - silently: Whether messages to the other parts are lost without a word. By default they are unroutable, which
    ///     senders can learn.
    public func split(_ parts: [[String]], silently: Bool = false) {
        perform { $0.split(parts, returns: !silently) }
    }

    /// Ends every fault but ``kill(node:)``.
    public func heal() { perform { $0.healEverything() } }
}
