/// What clients were told of registrations, and so what must and must not be there at the end.
package struct BirthLedger: Sendable {
    package struct Birth: Sendable {
        package let id: BirthID
        package let name: NameID
        package let isRestartable: Bool
        /// It chooses to stay where it is: any live node is right.
        package let isPinned: Bool
        /// Its state goes along with each planned move.
        package let keepsState: Bool
        package let invokedAt: UInt64
        package var acknowledgedAt: UInt64?
        /// The client was told that nothing was registered.
        package var failed = false
        /// Unregisters under way, or unclear, that may have ended it.
        package var possibleEnds = 0
        package var endedAt: UInt64?
        /// Processes that surely have its end applied.
        package var endWitnesses: Set<ProcessID> = []
        /// Nodes that showed it in their view, as it stands since it was handed over last.
        package var witnesses: Set<ProcessID> = []
        /// The last token that a host gave up for a move's.
        package var handedOver: FencingToken?
        /// No process that provably had it survived: nothing is promised of it any more.
        package var isLost = false
        package var isEndLost = false

        /// Where it was first seen to be carried out.
        package var place: BirthPlace?
        /// Its request was carried out twice, on either side of a split: two registrations, of which one may be ended.
        package var isDoubled = false

        package var mayLive: Bool { !failed && endedAt == nil }
    }

    /// The node and the number of the write that a registration was carried out by.
    package struct BirthPlace: Hashable, Sendable {
        package let process: ProcessID
        package let sequence: UInt64

        package init(process: ProcessID, sequence: UInt64) {
            self.process = process
            self.sequence = sequence
        }
    }

    private var births: [BirthID: Birth] = [:]
    private var byName: [[BirthID]] = []
    /// What an unregister may have hit.
    private var targets: [OperationID: [BirthID]] = [:]
    private var invocations: [OperationID: UInt64] = [:]
    private var unregisters: [[OperationID]] = []

    package init() {}

    package subscript(birth: BirthID) -> Birth? { births[birth] }

    package var names: Range<Int> { 0..<byName.count }

    package func births(of name: NameID) -> [Birth] {
        name.index < byName.count ? byName[name.index].compactMap { births[$0] } : []
    }

    package mutating func registerInvoked(
        _ birth: BirthID, _ name: NameID, isRestartable: Bool, isPinned: Bool, keepsState: Bool, at time: UInt64
    ) {
        grow(to: name)
        births[birth] = Birth(
            id: birth, name: name, isRestartable: isRestartable, isPinned: isPinned, keepsState: keepsState,
            invokedAt: time)
        byName[name.index].append(birth)
        for operation in unregisters[name.index] {
            births[birth]?.possibleEnds += 1
            targets[operation, default: []].append(birth)
        }
    }

    package mutating func registerAcknowledged(_ birth: BirthID, witnesses: [ProcessID], at time: UInt64) {
        births[birth]?.acknowledgedAt = time
        births[birth]?.witnesses.formUnion(witnesses)
    }

    /// The client was told that nothing was registered: so it is, if no node carried it out.
    package mutating func registerFailed(_ birth: BirthID) {
        if let record = births[birth], record.place == nil { births[birth]?.failed = true }
    }

    package mutating func unregisterInvoked(_ operation: OperationID, _ name: NameID, at time: UInt64) {
        invocations[operation] = time
        grow(to: name)
        unregisters[name.index].append(operation)
        var hit: [BirthID] = []
        for birth in byName[name.index] where births[birth]?.mayLive ?? false {
            births[birth]?.possibleEnds += 1
            hit.append(birth)
        }
        targets[operation] = hit
    }

    /// The client was told that the registration `birth` is no more (nil: that it cannot be told which one).
    package mutating func unregisterAcknowledged(
        _ operation: OperationID, _ name: NameID, birth: BirthID?, witnesses: [ProcessID], at time: UInt64
    ) {
        // Other registrations of the name may have been ended with it: they stay in doubt.
        unregisterUnclear(operation, name)
        // A register that was still under way may have been carried out again after it.
        guard let birth, let registered = births[birth]?.acknowledgedAt, let invoked = invocations[operation],
            registered < invoked
        else { return }
        births[birth]?.endedAt = time
        births[birth]?.endWitnesses.formUnion(witnesses)
    }

    /// No answer, or one that says nothing: what it may have hit stays in doubt. `mayStillHappen`: the request may wait
    /// somewhere on its way, and hit what is registered later, too.
    package mutating func unregisterUnclear(_ operation: OperationID, _ name: NameID, mayStillHappen: Bool = false) {
        guard !mayStillHappen else { return }
        targets[operation] = nil
        unregisters[name.index].removeAll { $0 == operation }
    }

    /// The worker ended for good by itself.
    package mutating func endedByItself(_ birth: BirthID) { births[birth]?.possibleEnds += 1 }

    /// The registration was carried out there.
    package mutating func carriedOut(_ birth: BirthID, at place: BirthPlace) {
        if let first = births[birth]?.place {
            if first != place { births[birth]?.isDoubled = true }
        } else {
            births[birth]?.place = place
            births[birth]?.failed = false
        }
    }

    /// A node shows the registration in its view. What it was before a move is no news: its end may be told by a node that
    /// knows no more of what came after.
    package mutating func seen(_ birth: BirthID, _ token: FencingToken, by process: ProcessID) {
        if let old = births[birth]?.handedOver, token <= old { return }
        births[birth]?.witnesses.insert(process)
    }

    /// Its host has let go of it for another one's claim, and keeps its state until that shows.
    package mutating func handedOver(_ birth: BirthID, _ token: FencingToken, by host: ProcessID) {
        let highest = births[birth]?.handedOver.map { max($0, token) } ?? token
        births[birth]?.handedOver = highest
        births[birth]?.witnesses = [host]
    }

    /// All that was acknowledged so far has surely reached every live process.
    package mutating func applied(by processes: [ProcessID], before time: UInt64) {
        for id in births.keys.sorted() {
            if let at = births[id]?.endedAt, at < time { births[id]?.endWitnesses.formUnion(processes) }
        }
    }

    /// A process is gone, and what only it knew with it.
    package mutating func processEnded(alive: Set<ProcessID>) {
        for id in births.keys.sorted() {
            guard let birth = births[id] else { continue }
            if birth.acknowledgedAt != nil, birth.witnesses.isDisjoint(with: alive) { births[id]?.isLost = true }
            if birth.endedAt != nil, birth.endWitnesses.isDisjoint(with: alive) { births[id]?.isEndLost = true }
        }
    }

    /// Whether the name has to run at the end: a registration of it was acknowledged, nothing can have ended it, and no
    /// other registration of the name that was ended can have won over it before.
    package func mustLive(_ name: NameID) -> Bool {
        let all = births(of: name)
        return all.contains { birth in
            guard birth.acknowledgedAt != nil, birth.isRestartable, birth.endedAt == nil, birth.possibleEnds == 0,
                !birth.isLost
            else { return false }
            return all.allSatisfy { other in
                if other.id == birth.id || other.failed { return true }
                if let ended = other.endedAt { return ended < birth.invokedAt && !other.isEndLost }
                return other.possibleEnds == 0 && other.isRestartable && !other.isLost
            }
        }
    }

    /// Whether the registration must not live at the end.
    package func mustNotLive(_ birth: BirthID) -> Bool {
        guard let record = births[birth] else { return true }
        return record.endedAt != nil && !record.isEndLost && !record.isDoubled
    }

    private mutating func grow(to name: NameID) {
        while byName.count <= name.index {
            byName.append([])
            unregisters.append([])
        }
    }
}
