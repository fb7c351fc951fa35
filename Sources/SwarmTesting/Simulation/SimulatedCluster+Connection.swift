import DequeModule
import SwarmCheckers
import SwarmCore

/// Connections to the broker: made, lost, cut and made again.
extension SimulatedCluster {
    /// Tries to connect after `delay`, and again until it works.
    func connect(_ process: SimulatedProcess, after delay: UInt64) {
        guard !process.link.isConnecting, !process.link.isConnected else { return }
        process.link.isConnecting = true
        after(delay) { [unowned self] in attemptConnection(of: process) }
    }

    private func attemptConnection(of process: SimulatedProcess) {
        guard process.isAlive else { return }
        process.link.isConnecting = false
        if let until = process.stalledUntil { return connect(process, after: until - min(until, now) + 1_000) }
        let available = isBrokerUp.indices.filter { isBrokerUp[$0] }
        guard process.link.isUp, !available.isEmpty, let connection = try? broker.connect(userID: "swarm") else {
            return connect(process, after: random.in(200_000...2_000_000))
        }
        let slot = slot(of: process)
        do {
            // The name belongs to one process: whoever has this queue.
            _ = try broker.declareExclusiveQueue("swarm.simulation.node.\(process.node.name)", by: connection)
            try declareQueues(of: process, on: connection)
        } catch {
            note(process, "   the name is taken, tries again: \(error)")
            report.count("nameLocked")
            broker.disconnect(connection, into: &outputs)
            serveOutputs()
            return connect(process, after: random.in(500_000...1_500_000))
        }
        process.link.broker = random.pick(available)
        process.link.connection = connection
        processesByConnection[connection] = process
        if isSplit { broker.setSide(sides[slot], of: connection, into: &outputs) }
        established(process)
    }

    private func declareQueues(of process: SimulatedProcess, on connection: BrokerConnectionID) throws(BrokerError) {
        let limit = BrokerQueueOptions(maximumCount: options.link.queueLimit)
        for lane in SimulatedLane.allCases {
            let queue = try broker.declareExclusiveQueue(nil, by: connection, options: limit)
            process.link.queues[lane.rawValue] = queue
            queueOwners[queue] = (process, lane)
            switch lane {
            case .heartbeat:
                process.link.probeQueue = broker.name(of: queue) ?? ""
                for name in process.link.watched ?? ["*"] {
                    try broker.bind(queue, to: exchanges.control, key: keys.heartbeat(of: name))
                }
            case .control:
                try broker.bind(queue, to: exchanges.control, key: SimulatedKeys.all)
                try broker.bind(queue, to: exchanges.control, key: "delta.*")
                try broker.bind(queue, to: exchanges.direct, key: keys.direct(to: process.node))
            case .group:
                for group in process.link.groups.sorted() {
                    try broker.bind(queue, to: exchanges.groups, key: group)
                }
            }
            _ = try broker.consume(queue, by: connection, into: &outputs)
        }
    }

    private func established(_ process: SimulatedProcess) {
        process.link.epoch += 1
        process.link.isConnected = true
        process.link.isDeaf = false
        process.link.inFlight = [0, 0, 0]
        process.link.lastUp = [now, now, now]
        process.link.lastDown = [now, now, now]
        process.link.waitingUp = []
        process.link.waitingDown = []
        process.link.notices = []
        let old = (random.chance(options.link.duplication) ? process.link.recent : []) + process.link.offline
        if !process.link.recent.isEmpty, old.count > process.link.offline.count { report.count("duplication") }
        process.link.recent = []
        process.link.offline = []
        note(process, "   connected, \(old.count) old frames to publish")
        for publication in old { sendUp(publication, of: process) }
        feed(process, .connected(queue: process.link.probeQueue))
        for group in process.link.groups.sorted() where process.isAlive { feed(process, .groupBound(group)) }
        serveOutputs()
    }

    /// The process finds its connection gone, and makes another one.
    func clientLost(_ process: SimulatedProcess, reconnectAfter delay: UInt64) {
        guard process.isAlive else { return }
        dropConnection(of: process)
        guard process.link.isConnected else { return }
        process.link.isConnected = false
        process.link.epoch += 1
        process.link.waitingUp = []
        process.link.waitingDown = []
        process.link.notices = []
        process.link.returnable = [:]
        note(process, "   lost its connection")
        events.add(.input(process, .disconnected), at: now)
        connect(process, after: delay)
    }

    /// The broker forgets the connection, and its queues with it.
    func dropConnection(of process: SimulatedProcess) {
        guard let connection = process.link.connection else { return }
        process.link.connection = nil
        processesByConnection[connection] = nil
        for lane in SimulatedLane.allCases {
            if let queue = process.link.queues[lane.rawValue] { queueOwners[queue] = nil }
            process.link.queues[lane.rawValue] = nil
        }
        broker.disconnect(connection, into: &outputs)
        serveOutputs()
    }

    /// The broker has closed a connection; its client sees it if the cable is not cut.
    func brokerClosed(_ connection: BrokerConnectionID) {
        guard let process = processesByConnection[connection] else { return }
        dropConnection(of: process)
        guard process.isAlive, process.link.isUp else { return }
        let epoch = process.link.epoch
        after(random.in(options.link.latency)) { [unowned self] in
            guard process.link.epoch == epoch else { return }
            clientLost(process, reconnectAfter: random.in(10_000...500_000))
        }
    }

    // MARK: Cables

    /// Nothing passes for so long. Each end gives up after a time of its own.
    func cut(_ process: SimulatedProcess, for duration: UInt64) {
        guard process.link.isUp else { return }
        process.link.isUp = false
        let epoch = process.link.epoch
        note(process, "   its cable is cut for \(duration / 1_000) ms")
        after(random.in(5_000_000...15_000_000)) { [unowned self] in
            guard !process.link.isUp, process.link.epoch == epoch else { return }
            dropConnection(of: process)
        }
        after(random.in(3_000_000...15_000_000)) { [unowned self] in
            guard !process.link.isUp, process.link.epoch == epoch else { return }
            clientLost(process, reconnectAfter: random.in(200_000...1_000_000))
        }
        after(duration) { [unowned self] in mend(process) }
    }

    /// The cable is whole again: what waited at either end goes on, if the connection still stands at both.
    func mend(_ process: SimulatedProcess) {
        guard !process.link.isUp else { return }
        process.link.isUp = true
        guard process.isAlive else { return }
        note(process, "   its cable is mended")
        guard process.link.isConnected else { return }
        guard process.link.connection != nil else {
            return clientLost(process, reconnectAfter: random.in(10_000...500_000))
        }
        let up = process.link.waitingUp
        let down = process.link.waitingDown
        process.link.waitingUp = []
        process.link.waitingDown = []
        for publication in up { sendUp(publication, of: process) }
        for (lane, frame) in down {
            let time = max(now + random.in(options.link.latency), process.link.lastDown[lane.rawValue])
            process.link.lastDown[lane.rawValue] = time
            events.add(.deliver(process, epoch: process.link.epoch, lane, frame), at: time)
        }
        pumpAll(of: process)
    }

    func slot(of process: SimulatedProcess) -> Int {
        current.firstIndex { $0 === process } ?? 0
    }
}
