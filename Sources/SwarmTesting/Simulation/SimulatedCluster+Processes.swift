import DequeModule
import SwarmCheckers
import SwarmCore

/// Processes come, stand still and go.
extension SimulatedCluster {
    func start(_ slots: [Int]) {
        let spread = options.startSpread.inMicroseconds
        for slot in slots {
            let delay = spread == 0 ? 0 : random.next() % spread
            startLater(slot, after: delay)
        }
    }

    func startLater(_ slot: Int, after delay: UInt64) {
        startsUnderWay += 1
        after(delay) { [unowned self] in
            startsUnderWay -= 1
            startProcess(slot)
        }
    }

    func startProcess(_ slot: Int) {
        guard current[slot] == nil else { return }
        let skew = Int64(options.clockSkew.inMicroseconds)
        let offset = skew == 0 ? 0 : Int64(random.next() % UInt64(2 * skew)) - skew
        let drift = options.clockDrift == 0 ? 0 : Int64(random.integer(in: -options.clockDrift...options.clockDrift))
        let clock = SimulatedClock(
            bornAt: now, uptimeAtBirth: random.in(1_000_000...100_000_000_000), drift: drift, wallOffset: offset)
        // Incarnations are made of the wall clock, above every earlier one of the machine.
        let incarnation = max(clock.instant(at: now).wall, lastIncarnation + 1)
        lastIncarnation = incarnation
        let node = NodeID(name: Self.name(ofSlot: slot), incarnation: incarnation)
        let process = SimulatedProcess(
            id: ProcessID(processes.count), configuration: configuration(of: node, slot: slot), clock: clock, now: now,
            denied: denied[slot])
        process.link.broker = slot % isBrokerUp.count
        processes.append(process)
        processesByNode[node] = process
        current[slot] = process
        checker.disturbance.started(process.id, at: now)
        report.count("start")
        if process.isClient {
            report.count("clientStart")
        } else if process.kinds.count < SimulatedKind.allCases.count {
            report.count("mixedKinds")
        }
        note(process, "   starts as \(node)\(denied[slot].isEmpty ? "" : ", denies \(denied[slot].sorted())")")
        connect(process, after: random.in(5_000...50_000))
        // Its timer runs from the start, connected or not.
        feed(process, .tick)
    }

    static func name(ofSlot slot: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(slot % 26)))
        return slot < 26 ? letter : "\(letter)\(slot / 26)"
    }

    private func configuration(of node: NodeID, slot: Int) -> TrackerConfiguration {
        let kinds = kinds(ofSlot: slot).map(\.rawValue).sorted()
        var configuration = TrackerConfiguration(
            member: MemberDescription(node: node, kinds: kinds, isClient: clientSlots.contains(slot)),
            strategy: strategy, seed: random.next())
        if let tail = options.logTail {
            configuration.logLimit = tail
            configuration.replicaLogLimit = tail
        }
        let denied = denied[slot]
        if !denied.isEmpty { configuration.isAllowed = { !denied.contains($0) } }
        return configuration
    }

    /// The first node has all kinds. Of the others every second lacks one, which with each release is another one.
    func kinds(ofSlot slot: Int) -> [SimulatedKind] {
        if clientSlots.contains(slot) { return [] }
        guard options.mixedKinds, slot > 0, options.faults[.rollingRestart] != nil else {
            return SimulatedKind.allCases
        }
        let turn = slot + releases[slot]
        guard turn % 2 == 1 else { return SimulatedKind.allCases }
        let missing = SimulatedKind.allCases[(turn + Int(seed % 7)) % SimulatedKind.allCases.count]
        return SimulatedKind.allCases.filter { $0 != missing }
    }

    var live: [SimulatedProcess] { current.compactMap { $0 } }

    /// Whether another node can have what this one knows, and take over what it runs.
    func isDispensable(_ process: SimulatedProcess) -> Bool {
        process.isClient || live.contains { $0 !== process && !$0.isClient }
    }

    /// Ends a process. Its frames that are under way still arrive, if its machine lives.
    func end(_ process: SimulatedProcess, brokerNotices delay: UInt64, machineLives: Bool) {
        guard process.isAlive else { return }
        observeViews()
        process.isAlive = false
        process.stalledUntil = nil
        process.backlog = []
        current[slot(of: process)] = nil
        note(process, "   ends")
        if !machineLives { process.link.isUp = false }
        if process.link.isConnected || process.link.connection != nil {
            after(delay) { [unowned self] in dropConnection(of: process) }
        }
        // What it had stopped and not handed over yet goes with it, be it that it crashes or that a drain ran out of time.
        if !process.tracker.keptStates.isEmpty { checker.disturbance.gaveUpWorkers(at: now) }
        checker.processEnded(process.id, alive: Set(live.map(\.id)), at: now)
        watchReports()
        for worker in process.sortedWorkers { application?.vanished(worker.serial) }
        process.workers = [:]
        for (operation, request) in pending where request.process == process.id {
            pending[operation] = nil
            if request.kind == .unregister {
                checker.births.unregisterUnclear(operation, request.name, mayStillHappen: true)
            }
        }
    }

    /// The survivors do not wait for ever for one who cannot say how much it has of the log of who ended.
    private func watchReports() {
        for second in stride(from: UInt64(0), through: 6, by: 1) {
            after(second * 1_000_000) { [unowned self] in
                let isUnheard = isSplit || live.contains { !$0.link.isWell || $0.isStalled }
                if isUnheard { checker.disturbance.deathWentUnheard(at: now) }
            }
        }
    }

    /// A tracker wants its node to stop.
    func halted(_ process: SimulatedProcess, _ failure: Failure?) {
        let slot = slot(of: process)
        note(process, "   halts: \(failure.map { "\($0.code): \($0.message)" } ?? "has left")")
        report.count(failure == nil ? "left" : "halted")
        process.hasLeft = failure == nil
        end(process, brokerNotices: random.in(100...5_000), machineLives: true)
        // Whoever runs it starts it again.
        if failure != nil || process.isLeaving {
            let delay = random.in(failure == nil ? 500_000...20_000_000 : 2_000_000...5_000_000)
            startLater(slot, after: delay)
        }
    }

    func stall(_ process: SimulatedProcess, for duration: UInt64) {
        guard process.isAlive, !process.isStalled else { return }
        process.stalledUntil = now + duration
        note(process, "   stands still for \(duration / 1_000) ms")
        let epoch = process.link.epoch
        let patience = random.in(8_000_000...20_000_000)
        if duration > patience {
            // The broker misses its heartbeats and closes the connection.
            after(patience) { [unowned self] in
                guard process.isStalled, process.link.epoch == epoch else { return }
                dropConnection(of: process)
            }
        }
        after(duration) { [unowned self] in wakeUp(process) }
    }

    private func wakeUp(_ process: SimulatedProcess) {
        guard process.isAlive, process.isStalled else { return }
        process.stalledUntil = nil
        note(process, "   goes on, \(process.backlog.count) events wait")
        while process.isAlive, let event = process.backlog.popFirst() { step(event, of: process) }
        guard process.isAlive else { return }
        if process.link.isConnected, process.link.connection == nil, process.link.isUp {
            clientLost(process, reconnectAfter: random.in(10_000...500_000))
        }
        pumpAll(of: process)
    }
}
