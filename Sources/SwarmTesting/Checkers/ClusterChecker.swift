/// All that is checked of a simulated cluster. It knows what clients were told, what workers did and what nodes announced, and
/// nothing of how the cluster comes to it.
package struct ClusterChecker: Sendable {
    package var workers: WorkerLedger
    package var births = BirthLedger()
    package var clients = ClientLedger(slack: 40_000_000)
    package var attributes = AttributeLedger()
    package var disturbance = DisturbanceMonitor()
    /// Whose ownership a token is.
    package var tokens: [TokenKey: BirthID] = [:]
    /// Messages whose worker said no, or failed with them.
    package var refused: Set<MessageID> = []
    /// Registrations one of whose workers failed, and its state with it.
    private var failedBirths: Set<BirthID> = []
    package private(set) var others: [Violation] = []

    package init(hasQuorum: Bool) { workers = WorkerLedger(hasQuorum: hasQuorum) }

    package mutating func report(_ rule: Violation.Rule, _ time: UInt64, _ text: String) {
        if others.count < 32 { others.append(Violation(rule, at: time, text)) }
    }

    /// What was broken while it ran.
    package var violations: [Violation] { workers.violations + clients.violations + others }

    package mutating func failed(_ worker: WorkerSerial) { failedBirths.insert(workers[worker].birth) }

    /// Whether a worker of the registration has failed: it may be between two starts.
    package func hasFailed(_ birth: BirthID) -> Bool { failedBirths.contains(birth) }

    package mutating func processEnded(_ process: ProcessID, alive: Set<ProcessID>, at time: UInt64) {
        let hadWorkers = workers.ended(process, at: time)
        disturbance.ended(process, isDeath: hadWorkers, at: time)
        births.processEnded(alive: alive)
    }

    /// A call was answered: with the message it asked for, by a worker that worked it off.
    package mutating func checkReply(
        to operation: OperationID, of name: NameID, _ message: MessageID, count: UInt64, at time: UInt64
    ) {
        guard message == operation else {
            return report(.replyWrong, time, "call m\(operation) got the answer to m\(message)")
        }
        guard let processing = workers.processing(of: message, by: name) else {
            return report(.replyWrong, time, "call m\(operation) was answered, and nobody worked it off")
        }
        if processing.count != count {
            report(
                .replyWrong, time, "call m\(operation) got count \(count), \(processing.worker) had \(processing.count)"
            )
        }
    }

    /// After all has come to rest: nothing that was accepted may be lost, as far as no fault excuses it.
    package mutating func checkAccounts(_ snapshot: ClusterSnapshot, at time: UInt64) {
        for (message, name) in clients.acceptedMessages {
            let excused = births.births(of: name).contains { !$0.failed && !isAccountable($0) }
            if !excused, workers.processing(of: message, by: name) == nil, !refused.contains(message) {
                report(.acceptedLost, time, "m\(message) to \(name) was accepted and never worked off")
            }
        }
        for serial in snapshot.nodes.flatMap(\.workers) {
            let worker = workers[serial]
            guard let birth = births[worker.birth], birth.keepsState, isAccountable(birth),
                !workers.mergedBirths.contains(birth.id),
                births.births(of: worker.name).filter({ $0.acknowledgedAt != nil }).count == 1
            else { continue }
            let expected = workers.sum(of: worker.birth)
            if !expected.holdsTheSame(as: worker.state) {
                report(.stateLost, time, "\(workers.describe(serial)) has \(worker.state), worked off were \(expected)")
            }
        }
    }

    /// After all has come to rest: what clients were told is changed shows, unless two sides may have changed it.
    package mutating func checkAttributes(_ snapshot: ClusterSnapshot, at time: UInt64) {
        guard let entries = snapshot.nodes.first?.entries else { return }
        let alive = Set(snapshot.nodes.map(\.process))
        for entry in entries {
            guard let birth = births[entry.birth], let start = birth.acknowledgedAt, birth.possibleEnds == 0,
                birth.endedAt == nil, !birth.isLost, !birth.isDoubled, !workers.mergedBirths.contains(birth.id),
                births.births(of: entry.name).filter({ $0.acknowledgedAt != nil }).count == 1,
                disturbance.isUndisturbed(since: birth.invokedAt),
                disturbance.lastUnheardDeath.map({ $0 < birth.invokedAt }) ?? true
            else { continue }
            for attribute in attributes.attributes(of: entry.name) {
                let value = entry.groups.contains(attribute.key) ? "in" : entry.metadata[attribute.key]
                if let lost = attributes.lost(attribute, showing: value, since: start, alive: alive) {
                    report(
                        .updateLost, time,
                        "\(entry.name) shows \(value ?? "nothing") for \(attribute.key), change \(lost) was acknowledged"
                    )
                }
            }
        }
    }

    /// Nothing but planned moves happened to the registration.
    private func isAccountable(_ birth: BirthLedger.Birth) -> Bool {
        birth.possibleEnds == 0 && birth.endedAt == nil && birth.acknowledgedAt != nil
            && !failedBirths.contains(birth.id)
            && disturbance.isUndisturbed(since: birth.invokedAt)
            && (disturbance.lastDeath.map { $0 < birth.invokedAt } ?? true)
    }
}

/// A token of a name.
package struct TokenKey: Hashable, Sendable {
    package let name: NameID
    package let token: FencingToken

    package init(name: NameID, token: FencingToken) {
        self.name = name
        self.token = token
    }
}
