/// When the members did not all count each other: then a second worker of one name is the price of staying available,
/// and no broken promise.
///
/// The cluster is disturbed while two live, ready processes do not have each other as members. Built only from what
/// nodes announced (`ready`, member up, member down).
package struct DisturbanceMonitor: Sendable {
    private struct Process: Sendable {
        var isAlive = true
        var isReady = false
        var members: Set<ProcessID> = []
    }

    private var processes: [Process] = []
    private var disturbedPairs = 0
    /// The last time at which the cluster was disturbed, nil if never.
    private var lastEnd: UInt64?
    /// The last time at which the set of ready members changed for anyone.
    package private(set) var lastChange: UInt64 = 0
    /// The last end of a process that still had workers.
    package private(set) var lastDeath: UInt64?

    /// The last end of a process of which another one could not say what it had of it.
    package private(set) var lastUnheardDeath: UInt64?

    /// Until when a queue or a lane delivers nothing: a replica may not know of a registration that others made.
    private var lagsUntil: UInt64 = 0

    package init() {}

    package mutating func started(_ process: ProcessID, at time: UInt64) {
        while processes.count <= process.index { processes.append(Process(isAlive: false)) }
        processes[process.index] = Process()
        lastChange = time
    }

    /// `isDeath`: it did not hand over what it had.
    package mutating func ended(_ process: ProcessID, isDeath: Bool, at time: UInt64) {
        change(at: time) { $0.processes[process.index].isAlive = false }
        if isDeath { lastDeath = time }
    }

    package mutating func replicaLags(until time: UInt64) { lagsUntil = max(lagsUntil, time) }

    /// A process has ended, and one that lives is out of reach meanwhile: the others go on without what only that one knows.
    package mutating func deathWentUnheard(at time: UInt64) { lastUnheardDeath = time }

    /// A process shuts workers down that it could not hand over in time.
    package mutating func gaveUpWorkers(at time: UInt64) { lastDeath = time }

    package mutating func becameReady(_ process: ProcessID, at time: UInt64) {
        change(at: time) { $0.processes[process.index].isReady = true }
    }

    package mutating func counted(_ member: ProcessID, by process: ProcessID, _ isMember: Bool, at time: UInt64) {
        guard member != process else { return }
        change(at: time) { monitor in
            if isMember {
                monitor.processes[process.index].members.insert(member)
            } else {
                monitor.processes[process.index].members.remove(member)
            }
        }
    }

    /// Whether nothing but planned changes happened since `time`.
    package func isUndisturbed(since time: UInt64) -> Bool {
        disturbedPairs == 0 && (lastEnd.map { $0 < time } ?? true)
    }

    /// Whether no member came, went or became ready since `time`.
    package func isSettled(since time: UInt64) -> Bool {
        isUndisturbed(since: time) && lastChange < time && lagsUntil < time && (lastDeath.map { $0 < time } ?? true)
    }

    private mutating func change(at time: UInt64, _ body: (inout DisturbanceMonitor) -> Void) {
        if disturbedPairs > 0 { lastEnd = time }
        body(&self)
        lastChange = time
        disturbedPairs = countPairs()
        if disturbedPairs > 0 { lastEnd = time }
    }

    private func countPairs() -> Int {
        let counted = processes.indices.filter { processes[$0].isAlive && processes[$0].isReady }
        var result = 0
        for left in counted {
            for right in counted
            where left != right && !processes[left].members.contains(ProcessID(right)) { result += 1 }
        }
        return result
    }
}
