import SwarmCheckers
import SwarmCore

/// What goes wrong, and when.
extension SimulatedCluster {
    func scheduleFaults() {
        for fault in SimulatedFault.allCases {
            guard let rate = options.faults[fault], rate > 0 else { continue }
            scheduleNext(fault, perMinute: rate)
        }
    }

    private func scheduleNext(_ fault: SimulatedFault, perMinute rate: Double) {
        let delay = random.interval(perMinute: rate)
        after(delay) { [unowned self] in
            guard isFaulty else { return }
            inject(fault)
            scheduleNext(fault, perMinute: rate)
        }
    }

    private func inject(_ fault: SimulatedFault) {
        let awake = live.filter { !$0.isStalled }
        guard !awake.isEmpty else { return }
        let victim = random.pick(awake)
        trace.combine(victim.id.index.magnitudeAsBits)
        // With one broker only, losing one of several is its restart.
        let fault = fault == .brokerLoss && isBrokerUp.count == 1 ? .brokerRestart : fault
        guard !fault.isAmbush else { return lay(fault, victim) }
        report.count(fault.rawValue)
        note(victim, "!! \(fault.rawValue)")
        switch fault {
        case .connectionLoss: loseConnection(of: victim)
        case .cut: cut(victim, for: random.in(100_000...8_000_000))
        case .longCut: cut(victim, for: random.in(12_000_000...40_000_000))
        case .stall: stall(victim, for: random.in(50_000...7_000_000))
        case .longStall: stall(victim, for: random.in(11_000_000...30_000_000))
        case .split, .brokerRestart, .brokerLoss, .blocked, .deafQueue: injectAtBroker(fault, victim)
        case .crash: crash(victim, restartAfter: random.in(1_000...3_000_000), machineLives: true)
        case .powerLoss: crash(victim, restartAfter: random.in(1_000_000...20_000_000), machineLives: false)
        case .longCrash: crash(victim, restartAfter: random.in(10_000_000...60_000_000), machineLives: true)
        case .drain: drain(victim)
        case .rollingRestart: rollingRestart()
        case .join: join()
        case .clockStep:
            let step = Int64(random.integer(in: 1...3_600_000_000))
            victim.clock.wallOffset += random.chance(0.5) ? step : -step
        case .laneDelay: holdUp(victim)
        case .exclusion: exclude(victim)
        case .crashInHandoff, .crashInSnapshot, .stallInHandoff: break
        }
    }

    // MARK: At a node

    private func loseConnection(of process: SimulatedProcess) {
        guard process.link.isConnected else { return }
        // What is under way may still arrive: the two ends learn of it at different times.
        let epoch = process.link.epoch
        after(random.in(0...3_000)) { [unowned self] in
            guard process.link.epoch == epoch else { return }
            clientLost(
                process,
                reconnectAfter: random.chance(0.5) ? random.in(5_000...100_000) : random.in(100_000...3_000_000))
        }
    }

    func crash(_ process: SimulatedProcess, restartAfter delay: UInt64, machineLives: Bool) {
        // Another one has to be there: what only this one knew would be gone by right.
        guard isDispensable(process) else { return }
        let slot = slot(of: process)
        let notices: UInt64 = machineLives ? random.in(100...5_000) : random.in(4_000_000...20_000_000)
        end(process, brokerNotices: notices, machineLives: machineLives)
        startLater(slot, after: delay)
    }

    func drain(_ process: SimulatedProcess) {
        guard isDispensable(process), !process.isLeaving else { return }
        process.isLeaving = true
        let timeout = random.in(5_000_000...20_000_000)
        process.drainsUntil = now + timeout
        // Who stands still hears it later.
        events.add(.input(process, .drain(nil, timeout: timeout)), at: now)
    }

    private func rollingRestart() {
        var delay: UInt64 = 0
        release += 1
        let release = release
        for process in live {
            after(delay) { [unowned self] in
                guard process.isAlive, isFaulty else { return }
                releases[slot(of: process)] = release
                drain(process)
            }
            delay += random.in(2_000_000...10_000_000)
        }
    }

    private func join() {
        guard let slot = current.indices.last(where: { current[$0] == nil }) else { return }
        startProcess(slot)
    }

    private func holdUp(_ process: SimulatedProcess) {
        let lane = random.below(SimulatedLane.allCases.count)
        let until = now + random.in(200_000...4_000_000)
        checker.disturbance.replicaLags(until: until)
        if random.chance(0.5) {
            process.link.lastUp[lane] = max(process.link.lastUp[lane], until)
        } else {
            process.link.lastDown[lane] = max(process.link.lastDown[lane], until)
        }
    }

    // MARK: At the broker

    private func injectAtBroker(_ fault: SimulatedFault, _ victim: SimulatedProcess) {
        switch fault {
        case .split:
            split(for: random.chance(0.5) ? random.in(500_000...8_000_000) : random.in(12_000_000...40_000_000))
        case .brokerRestart: restartBrokers(Array(isBrokerUp.indices))
        case .brokerLoss: restartBrokers([random.below(isBrokerUp.count)])
        case .blocked:
            broker.setAlarm(true, now: now, into: &outputs)
            serveOutputs()
            after(random.in(500_000...15_000_000)) { [unowned self] in unblock() }
        case .deafQueue: deafen(victim)
        default: break
        }
    }

    func unblock() {
        broker.setAlarm(false, now: now, into: &outputs)
        serveOutputs()
    }

    private func restartBrokers(_ numbers: [Int]) {
        for number in numbers where isBrokerUp[number] {
            isBrokerUp[number] = false
            after(random.in(100_000...10_000_000)) { [unowned self] in isBrokerUp[number] = true }
        }
        for process in processes where numbers.contains(process.link.broker) {
            if let connection = process.link.connection { broker.close(connection, into: &outputs) }
        }
        serveOutputs()
    }

    private func split(for duration: UInt64) {
        guard !isSplit else { return }
        isSplit = true
        broker.returnsAcrossSplit = random.chance(0.5)
        sides = sides.map { _ in random.below(2) }
        setSides()
        after(duration) { [unowned self] in heal() }
    }

    func heal() {
        guard isSplit else { return }
        note(nil, "!! the split heals")
        sides = sides.map { _ in 0 }
        setSides()
        isSplit = false
    }

    private func setSides() {
        for slot in current.indices {
            guard let process = current[slot] else { continue }
            note(process, "   is on side \(sides[slot])")
            if let connection = process.link.connection {
                broker.setSide(sides[slot], of: connection, into: &outputs)
            }
        }
        serveOutputs()
    }

    private func deafen(_ process: SimulatedProcess) {
        guard let queue = process.link.queues[random.below(2)] else { return }
        broker.setDeaf(queue, true, into: &outputs)
        serveOutputs()
        process.link.isDeaf = true
        let epoch = process.link.epoch
        let patience = random.in(3_000_000...12_000_000)
        checker.disturbance.replicaLags(until: now + patience)
        // The transport misses the node's own heartbeats and connects anew.
        after(patience) { [unowned self] in
            guard process.link.epoch == epoch else { return }
            clientLost(process, reconnectAfter: random.in(10_000...500_000))
        }
    }
}

extension Int {
    fileprivate var magnitudeAsBits: UInt64 { UInt64(bitPattern: Int64(self)) }
}
