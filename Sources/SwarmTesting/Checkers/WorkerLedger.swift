/// Records what workers did, as their runtimes did it, and what must never be seen of it.
package struct WorkerLedger: Sendable {
    package private(set) var workers: [WorkerRecord] = []
    /// Live workers of a name.
    private var alive: [[WorkerSerial]] = []
    /// The highest token seen for a name on a process.
    private var seenTokens: [ProcessName: FencingToken] = [:]
    /// Which worker worked a message off, with which count then.
    private var processed: [MessageName: Processing] = [:]
    /// All that workers of a registration worked off.
    private var sums: [BirthID: CounterState] = [:]
    package private(set) var violations: [Violation] = []
    /// Quorum strategy: no overlap of processing whatever happens.
    private let hasQuorum: Bool
    private var endedProcesses: Set<ProcessID> = []
    /// Registrations whose workers took in the states of others.
    package private(set) var mergedBirths: Set<BirthID> = []

    private struct ProcessName: Hashable, Sendable {
        let process: ProcessID
        let name: NameID
    }

    private struct MessageName: Hashable, Sendable {
        let message: MessageID
        let name: NameID
    }

    package struct Processing: Sendable {
        package let worker: WorkerSerial
        package let count: UInt64
    }

    package init(hasQuorum: Bool) { self.hasQuorum = hasQuorum }

    package subscript(serial: WorkerSerial) -> WorkerRecord { workers[serial.index] }

    package func alive(of name: NameID) -> [WorkerSerial] { name.index < alive.count ? alive[name.index] : [] }

    package func processing(of message: MessageID, by name: NameID) -> Processing? {
        processed[MessageName(message: message, name: name)]
    }

    // MARK: Life

    /// A worker was ordered. `isPrepared`: with the state of another one, to wait for its activation.
    package mutating func started(
        _ name: NameID, birth: BirthID, on process: ProcessID, workerID: UInt64, token: FencingToken,
        inherits state: CounterState?, isPrepared: Bool, at time: UInt64
    ) -> WorkerSerial {
        let serial = WorkerSerial(workers.count)
        var record = WorkerRecord(
            serial: serial, process: process, workerID: workerID, name: name, birth: birth, token: token,
            phase: .starting, state: state ?? CounterState(), parent: state?.producer, startedAt: time)
        if isPrepared { record.phase = .prepared }
        record.state.producer = nil
        workers.append(record)
        while alive.count <= name.index { alive.append([]) }
        alive[name.index].append(serial)
        // Its `init` may use the token; a prepared one has none before it is activated.
        if !isPrepared { checkToken(serial, token, at: time, isNew: true) }
        return serial
    }

    /// A started worker (not a prepared one) may process from now on.
    package mutating func began(_ serial: WorkerSerial, at time: UInt64, _ disturbance: DisturbanceMonitor) {
        guard workers[serial.index].phase == .starting else {
            return report(.orderRefused, time, "\(describe(serial)) began while \(workers[serial.index].phase)")
        }
        becameActive(serial, at: time, disturbance)
    }

    package mutating func activated(
        _ serial: WorkerSerial, token: FencingToken, at time: UInt64, _ disturbance: DisturbanceMonitor
    ) {
        guard workers[serial.index].phase == .prepared else {
            return report(.orderRefused, time, "\(describe(serial)) activated while \(workers[serial.index].phase)")
        }
        grow(serial, to: token, at: time, isNew: true)
        if let parent = workers[serial.index].parent, isKnown(parent) {
            checkSource(parent, of: serial, at: time, disturbance)
        }
        becameActive(serial, at: time, disturbance)
    }

    package mutating func held(_ serial: WorkerSerial) {
        if workers[serial.index].phase == .active { workers[serial.index].phase = .held }
    }

    package mutating func resumed(_ serial: WorkerSerial, at time: UInt64, _ disturbance: DisturbanceMonitor) {
        guard workers[serial.index].phase == .held else { return }
        becameActive(serial, at: time, disturbance)
    }

    package mutating func exported(_ serial: WorkerSerial, _ state: CounterState, at time: UInt64) {
        workers[serial.index].exports.append((state, workers[serial.index].token, time))
    }

    /// A loser that did not hear that it was done (the winner was lost to it since it gave its state) offers that again.
    package mutating func merged(
        _ serial: WorkerSerial, _ state: CounterState, at time: UInt64, _ disturbance: DisturbanceMonitor
    ) {
        mergedBirths.insert(workers[serial.index].birth)
        workers[serial.index].state.merge(state)
        guard let producer = state.producer, isKnown(producer) else { return }
        if let earlier = workers[producer.index].merged, earlier.winner == serial, earlier.state == state,
            disturbance.isUndisturbed(since: earlier.givenAt)
        {
            report(.stateTwice, time, "\(describe(serial)) takes in the state of \(describe(producer)) twice")
        }
        let given = workers[producer.index].exports.last { $0.state == state }
        workers[producer.index].merged = (state, serial, given?.at ?? time)
    }

    /// A worker that lost a conflict is to stop: the winner has taken in its state, all of it.
    package mutating func conceded(_ serial: WorkerSerial, at time: UInt64) {
        let record = workers[serial.index]
        if let merged = record.merged, merged.state.holdsTheSame(as: record.state) { return }
        report(
            .stateLost, time,
            "\(describe(serial)) gives way with \(record.state), taken in was \(record.merged.map { "\($0.state)" } ?? "nothing")"
        )
    }

    package mutating func tokenChanged(_ serial: WorkerSerial, to token: FencingToken, at time: UInt64) {
        grow(serial, to: token, at: time, isNew: false)
    }

    /// It is told to stop, and has a message in hand.
    package mutating func stopping(_ serial: WorkerSerial) { workers[serial.index].phase = .stopping }

    package mutating func stopped(_ serial: WorkerSerial, isMove: Bool, at time: UInt64) {
        guard workers[serial.index].isAlive else { return }
        workers[serial.index].phase = .stopped
        workers[serial.index].stoppedAt = time
        workers[serial.index].wasMoved = isMove
        alive[workers[serial.index].name.index].removeAll { $0 == serial }
    }

    /// A process ended, and all its workers with it. Says whether it had any.
    package mutating func ended(_ process: ProcessID, at time: UInt64) -> Bool {
        endedProcesses.insert(process)
        let lost = alive.joined().filter { workers[$0.index].process == process }
        for serial in lost {
            stopped(serial, isMove: false, at: time)
        }
        return !lost.isEmpty
    }

    // MARK: Messages

    /// `begunAt`: the lease is looked at before a message; it may last, or its process stand still in the middle of it.
    /// `isGroup`: a message of a group, which many work off, and a worker may get twice while it moves: once at either
    /// place.
    package mutating func processed(
        _ serial: WorkerSerial, _ message: MessageID, isGroup: Bool = false, begunAt: UInt64? = nil, at time: UInt64,
        _ disturbance: DisturbanceMonitor
    ) -> UInt64 {
        let record = workers[serial.index]
        checkRivals(serial, at: time, disturbance)
        // A start that is given up at once has done nothing with its token.
        if record.lastProcessedAt == nil { saw(record.token, of: record.name, on: record.process) }
        if record.phase != .active, record.phase != .stopping {
            report(.processedOutOfTurn, time, "\(describe(serial)) worked off m\(message) while \(record.phase)")
        }
        let key = MessageName(message: message, name: record.name)
        if !isGroup, let earlier = processed[key], shareLineage(earlier.worker, serial) {
            report(
                .processedTwice, time,
                "m\(message) was worked off by \(describe(earlier.worker)) and \(describe(serial))")
        }
        workers[serial.index].state.process(message)
        sums[record.birth, default: CounterState()].process(message)
        workers[serial.index].lastProcessedAt = time
        let count = workers[serial.index].state.count
        processed[key] = Processing(worker: serial, count: count)
        if hasQuorum { checkOverlap(serial, at: begunAt ?? time) }
        return count
    }

    /// All that workers of a registration worked off.
    package func sum(of birth: BirthID) -> CounterState { sums[birth] ?? CounterState() }

    // MARK: Knowledge

    /// A process showed a token of a name in its view; what it starts later must be above.
    package mutating func saw(_ token: FencingToken, of name: NameID, on process: ProcessID) {
        let key = ProcessName(process: process, name: name)
        if let old = seenTokens[key], old >= token { return }
        seenTokens[key] = token
    }

    package func describe(_ serial: WorkerSerial) -> String {
        let record = workers[serial.index]
        return "\(serial)(\(record.name) on \(record.process), id \(record.workerID), b\(record.birth))"
    }

    package mutating func report(_ rule: Violation.Rule, _ time: UInt64, _ text: String) {
        // One broken rule tends to break again at each step; the first ones tell.
        if violations.count < 32 { violations.append(Violation(rule, at: time, text)) }
    }

    // MARK: Rules

    private func isKnown(_ serial: WorkerSerial) -> Bool { workers.indices.contains(serial.index) }

    private mutating func becameActive(_ serial: WorkerSerial, at time: UInt64, _ disturbance: DisturbanceMonitor) {
        workers[serial.index].phase = .active
        if workers[serial.index].activatedAt == nil { workers[serial.index].activatedAt = time }
        let record = workers[serial.index]
        for other in alive[record.name.index] where other != serial && workers[other.index].phase == .active {
            let rival = workers[other.index]
            if rival.process == record.process {
                report(.twoOnOneNode, time, "\(describe(serial)) beside \(describe(other))")
            }
        }
    }

    /// A worker may work while another one of the name may too.
    private mutating func checkRivals(_ serial: WorkerSerial, at time: UInt64, _ disturbance: DisturbanceMonitor) {
        let record = workers[serial.index]
        // One that was told to stop, and nobody waits for, may still be at its last message when the name is registered
        // again, or started again after the lease of a quorum.
        guard record.phase == .active else { return }
        for other in alive[record.name.index] where other != serial && workers[other.index].phase == .active {
            let rival = workers[other.index]
            // One that has just been started may come too late, and is stopped as soon as its node hears that it runs.
            guard rival.process != record.process, let begun = rival.activatedAt, begun + Self.moment < time else {
                continue
            }
            let since = min(rival.startedAt, record.startedAt)
            if rival.birth == record.birth, disturbance.isUndisturbed(since: since) {
                report(.twoInCluster, time, "\(describe(serial)) beside \(describe(other)), of one registration")
            } else if disturbance.isSettled(since: Self.before(since)) {
                report(.twoInCluster, time, "\(describe(serial)) beside \(describe(other)), of two registrations")
            }
        }
    }

    /// From a worker's start to the tracker's answer to it, in microseconds, and more.
    private static let moment: UInt64 = 10_000

    /// A change of members may still be on its way for so long, in microseconds.
    private static let settling: UInt64 = 15_000_000

    private static func before(_ time: UInt64) -> UInt64 { time - min(time, settling) }

    private mutating func checkSource(
        _ parent: WorkerSerial, of child: WorkerSerial, at time: UInt64, _ disturbance: DisturbanceMonitor
    ) {
        let earlier = workers[parent.index].successor
        workers[parent.index].successor = child
        let source = workers[parent.index]
        let token = source.token(whenItGave: workers[child.index].state)
        if token >= workers[child.index].token {
            report(
                .tokenNotGrown, time,
                "\(describe(child)) has \(workers[child.index].token), its source \(describe(parent)) had \(token)")
        }
        guard disturbance.isUndisturbed(since: source.startedAt) else { return }
        if source.isAlive {
            report(.sourceNotStopped, time, "\(describe(child)) activated, \(describe(parent)) is \(source.phase)")
        }
        // A host that went on by itself where nobody heard of it, and died, takes with it what its worker did then.
        let wasLost = !source.wasMoved && endedProcesses.contains(source.process)
        let last = wasLost ? source.exports.last?.state ?? source.state : source.state
        if !last.holdsTheSame(as: workers[child.index].state) {
            report(
                .stateInexact, time,
                "\(describe(child)) got \(workers[child.index].state), \(describe(parent)) ended with \(last)")
        }
        // If the one before is gone with its node, the state that was kept goes to the next.
        if let earlier, !endedProcesses.contains(workers[earlier.index].process) {
            report(
                .stateTwice, time, "\(describe(parent)) has two successors, \(describe(earlier)) and \(describe(child))"
            )
        }
    }

    private mutating func grow(_ serial: WorkerSerial, to token: FencingToken, at time: UInt64, isNew: Bool) {
        checkToken(serial, token, at: time, isNew: isNew)
        workers[serial.index].token = token
        saw(token, of: workers[serial.index].name, on: workers[serial.index].process)
    }

    private mutating func checkToken(_ serial: WorkerSerial, _ token: FencingToken, at time: UInt64, isNew: Bool) {
        let record = workers[serial.index]
        let key = ProcessName(process: record.process, name: record.name)
        if let seen = seenTokens[key], isNew ? token <= seen : token < record.token {
            report(
                .tokenNotGrown, time, "\(describe(serial)) got \(token) after \(isNew ? seen : record.token)")
        }
    }

    /// Whether a state passed from one to the other, so that both would count one message.
    private func shareLineage(_ one: WorkerSerial, _ other: WorkerSerial) -> Bool {
        var current: WorkerSerial? = max(one, other)
        let target = min(one, other)
        while let serial = current, serial >= target {
            if serial == target { return true }
            current = workers[serial.index].parent
        }
        return false
    }

    private mutating func checkOverlap(_ serial: WorkerSerial, at time: UInt64) {
        let record = workers[serial.index]
        guard let mine = record.activatedAt else { return }
        for other in alive[record.name.index] where other != serial {
            let rival = workers[other.index]
            guard rival.process != record.process, let activated = rival.activatedAt, activated > mine,
                let begun = rival.lastProcessedAt
            else { continue }
            // Two registrations, one on either side, may go on until both sides know whether they have the quorum.
            let tolerance = rival.birth == record.birth ? 0 : Self.quorumTolerance
            if time > activated + tolerance {
                report(.quorumOverlap, time, "\(describe(serial)) works while \(describe(other)) has begun at \(begun)")
            }
        }
    }

    /// The time within which members are heard, the grace time, and a second for the clocks.
    private static let quorumTolerance: UInt64 = 6_000_000
}
