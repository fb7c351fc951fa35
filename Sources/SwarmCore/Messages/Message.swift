package import IntervalTreeClocks

/// What nodes say to each other. Several travel in one frame; `INTERNALS.md` tells when each is sent.
package enum Message: Equatable, Sendable {
    // Membership
    case heartbeat(Heartbeat)
    case hello(Hello)
    case view(View)
    case farewell(Farewell)
    case probe(nonce: UInt64)
    case probeAnswer(nonce: UInt64)
    case verdict(Verdict)
    case report(Report)
    case obituary(Obituary)

    // Replication
    case delta(Delta)
    case repair(RepairRequest)
    case snapshot(SnapshotChunk)
    case vector([LogPosition])
    case acknowledge(upTo: UInt64)
    case acknowledged(upTo: UInt64)
    /// These claims of yours have a birth that ended: the sender covers it and lacks the name.
    case ended([EndedClaim])

    // Clock ids
    case forkRequest(Universe?)
    case forkGrant(Universe, IntervalTreeClock.ID)
    case retire(Universe, IntervalTreeClock.ID)

    // Requests
    case request(Request)
    case reply(Reply)

    // Handoff
    case offer(Offer)
    case offerAnswer(OfferAnswer)
    case commit(Commit)
    case commitAnswer(CommitAnswer)
    case abort(name: String, attempt: UInt64)
}

/// Sent every beat on `heartbeat.<node>`.
package struct Heartbeat: Equatable, Sendable {
    package var beat: UInt64
    /// The sender's own queue, to which a probe goes by the default exchange.
    package var queue: String
    package var isReady: Bool
    package var isDraining: Bool
    package var clock: UInt64
    package var sequence: UInt64
    /// The last noted digest of the sender's own entries and where it was noted.
    package var digest: DigestNote
    package var universe: Universe?
    /// Encoded size of the sender's clock id in bits, or half of that of its largest stamp, if that is more; when they
    /// grow a fresh universe is opened.
    package var idBits: UInt32
    /// Digest of the members the sender counts (live, ready); equal digests mean an agreed view.
    package var placement: UInt64

    package init(
        beat: UInt64, queue: String, isReady: Bool, isDraining: Bool, clock: UInt64, sequence: UInt64,
        digest: DigestNote, universe: Universe?, idBits: UInt32, placement: UInt64
    ) {
        self.beat = beat
        self.queue = queue
        self.isReady = isReady
        self.isDraining = isDraining
        self.clock = clock
        self.sequence = sequence
        self.digest = digest
        self.universe = universe
        self.idBits = idBits
        self.placement = placement
    }
}

/// The order-independent digest of one origin's entries after its operation `sequence`.
package struct DigestNote: Hashable, Sendable {
    package var sequence: UInt64
    package var digest: UInt64
    package var count: UInt64

    package init(sequence: UInt64, digest: UInt64, count: UInt64) {
        self.sequence = sequence
        self.digest = digest
        self.count = count
    }
}

/// A node introduces itself: broadcast when it starts and now and then, and sent to one who seems not to know it.
package struct Hello: Equatable, Sendable {
    package let member: MemberDescription
    package let queue: String
    package let clock: UInt64
    package let isReady: Bool
    package let universe: Universe?
    /// True if the sender wants a view in return.
    package let wantsView: Bool

    package init(
        member: MemberDescription, queue: String, clock: UInt64, isReady: Bool, universe: Universe?, wantsView: Bool
    ) {
        self.member = member
        self.queue = queue
        self.clock = clock
        self.isReady = isReady
        self.universe = universe
        self.wantsView = wantsView
    }
}

/// The answer to a hello: all members and all logs that the sender knows, each with its sequence.
package struct View: Equatable, Sendable {
    package let members: [ViewMember]
    package let positions: [LogPosition]
    package let buried: [Burial]
    package let clock: UInt64
    package let isReady: Bool
    package let universe: Universe?

    package init(
        members: [ViewMember], positions: [LogPosition], buried: [Burial], clock: UInt64, isReady: Bool,
        universe: Universe?
    ) {
        self.members = members
        self.positions = positions
        self.buried = buried
        self.clock = clock
        self.isReady = isReady
        self.universe = universe
    }
}

/// A member as another one knows it.
package struct ViewMember: Equatable, Sendable {
    package let member: MemberDescription
    package let queue: String
    package let isReady: Bool

    package init(member: MemberDescription, queue: String, isReady: Bool) {
        self.member = member
        self.queue = queue
        self.isReady = isReady
    }
}

/// A life that was declared dead.
package struct Burial: Hashable, Sendable {
    package let node: NodeID
    package let life: UInt32
    /// How long ago, in seconds.
    package let age: UInt32

    package init(node: NodeID, life: UInt32, age: UInt32) {
        self.node = node
        self.life = life
        self.age = age
    }
}

/// A node leaves, having handed over what it could.
package struct Farewell: Equatable, Sendable {
    package let sequence: UInt64

    package init(sequence: UInt64) { self.sequence = sequence }
}

/// A member was found dead.
package struct Verdict: Hashable, Sendable {
    package let node: NodeID
    package let life: UInt32
    package let cause: Cause

    package enum Cause: UInt8, CaseIterable, Sendable {
        /// The probe came back as unroutable twice.
        case unroutable = 1
        /// Silent for the down time.
        case silent = 2
        /// It said farewell.
        case left = 3
        /// A later incarnation of the same name is there.
        case replaced = 4
    }

    package init(node: NodeID, life: UInt32, cause: Cause) {
        self.node = node
        self.life = life
        self.cause = cause
    }
}

/// How much of a dead node's log the sender has.
package struct Report: Hashable, Sendable {
    package let node: NodeID
    package let life: UInt32
    package let sequence: UInt64

    package init(node: NodeID, life: UInt32, sequence: UInt64) {
        self.node = node
        self.life = life
        self.sequence = sequence
    }
}

/// The answer to a frame of a buried life.
package struct Obituary: Hashable, Sendable {
    /// The life that the sender has buried; its reader returns with a higher one.
    package let life: UInt32
    /// What the sender has of the reader's log.
    package let sequence: UInt64

    package init(life: UInt32, sequence: UInt64) {
        self.life = life
        self.sequence = sequence
    }
}

/// A contiguous run of one log, from `first` on.
package struct Delta: Equatable, Sendable {
    package let origin: NodeID
    package let first: UInt64
    package let operations: [Operation]

    package init(origin: NodeID, first: UInt64, operations: [Operation]) {
        self.origin = origin
        self.first = first
        self.operations = operations
    }
}

extension Delta {
    /// Whether every entry is the origin's own and stands where it says: anything else was not written by a node.
    package var isConsistent: Bool {
        zip(operations, first...).allSatisfy { operation, position in
            switch operation {
            case .put(let claim, _): claim.host == origin && claim.sequence == position
            case .moving(_, let move): move.sequence == position
            case .settled, .release, .remove: true
            }
        }
    }
}

/// Asks for one log from after `after`.
package struct RepairRequest: Hashable, Sendable {
    package let origin: NodeID
    package let after: UInt64
    /// Asks for a snapshot although the log may reach (the digests differ).
    package let whole: Bool

    package init(origin: NodeID, after: UInt64, whole: Bool = false) {
        self.origin = origin
        self.after = after
        self.whole = whole
    }
}

/// A part of all entries of one origin as they were at `sequence`. The last one is the manifest.
package struct SnapshotChunk: Equatable, Sendable {
    package let origin: NodeID
    package let sequence: UInt64
    /// Tells two snapshots of one sequence apart (another sender, or after drift).
    package let id: UInt64
    package let index: UInt32
    /// How many chunks there are.
    package let count: UInt32
    package let claims: [Claim]
    /// In the last chunk: the digest of it all, what the sender had of the other logs, and what this one has ended in them.
    package let manifest: Manifest?

    package struct Manifest: Equatable, Sendable {
        package let digest: UInt64
        package let count: UInt64
        package let positions: [LogPosition]
        /// Claims in other logs that this one has ended: the snapshot may skip the very operations.
        package let ended: [EndedClaim]

        package init(digest: UInt64, count: UInt64, positions: [LogPosition], ended: [EndedClaim] = []) {
            self.digest = digest
            self.count = count
            self.positions = positions
            self.ended = ended
        }
    }

    package init(
        origin: NodeID, sequence: UInt64, id: UInt64, index: UInt32, count: UInt32, claims: [Claim],
        manifest: Manifest?
    ) {
        self.origin = origin
        self.sequence = sequence
        self.id = id
        self.index = index
        self.count = count
        self.claims = claims
        self.manifest = manifest
    }
}

/// A claim whose birth ended.
package struct EndedClaim: Hashable, Sendable {
    package let name: String
    package let birth: LogPosition

    package init(name: String, birth: LogPosition) {
        self.name = name
        self.birth = birth
    }
}

/// The state of a worker, as it travels.
package enum HandedState: Hashable, Sendable {
    /// Start it afresh.
    case none
    /// The encoded state that `beginHandoff` gave.
    case bytes([UInt8])
}

/// Why a state is offered.
package enum OfferPurpose: UInt8, Sendable {
    /// The receiver is the owner and is to run the worker.
    case move = 1
    /// The receiver holds the winning claim; the sender's worker lost and brings its state.
    case merge = 2
}

/// First step of a handoff, host to owner.
package struct Offer: Equatable, Sendable {
    package let attempt: UInt64
    package let purpose: OfferPurpose
    /// The host's claim as it stands, with the move in it (`move`), or the losing claim (`merge`).
    package let claim: Claim
    package let state: HandedState
    package let placement: UInt64

    package init(attempt: UInt64, purpose: OfferPurpose, claim: Claim, state: HandedState, placement: UInt64) {
        self.attempt = attempt
        self.purpose = purpose
        self.claim = claim
        self.state = state
        self.placement = placement
    }
}

/// The owner's answer to an offer.
package struct OfferAnswer: Equatable, Sendable {
    package let name: String
    package let attempt: UInt64
    package let purpose: OfferPurpose
    /// nil: prepared (or merged). Else why not.
    package let refusal: Failure?

    package init(name: String, attempt: UInt64, purpose: OfferPurpose, refusal: Failure?) {
        self.name = name
        self.attempt = attempt
        self.purpose = purpose
        self.refusal = refusal
    }
}

/// Second step, host to owner: the old worker has stopped, the name is yours. For a merge: here is what it held.
package struct Commit: Equatable, Sendable {
    package let name: String
    package let attempt: UInt64
    package let purpose: OfferPurpose
    /// What the old worker's mailbox held, in order.
    package let held: [HeldMessage]

    package init(name: String, attempt: UInt64, purpose: OfferPurpose, held: [HeldMessage]) {
        self.name = name
        self.attempt = attempt
        self.purpose = purpose
        self.held = held
    }
}

/// The owner's answer to a commit: `done`, or `gone` if it no longer has the prepared worker.
package struct CommitAnswer: Hashable, Sendable {
    package let name: String
    package let attempt: UInt64
    package let isDone: Bool
    /// If it is done: where the owner's log was then. Its claim stands there or before; 0 if it does not say.
    package let sequence: UInt64

    package init(name: String, attempt: UInt64, isDone: Bool, sequence: UInt64 = 0) {
        self.name = name
        self.attempt = attempt
        self.isDone = isDone
        self.sequence = sequence
    }
}

/// A message that waited in a mailbox while its worker moved.
package struct HeldMessage: Hashable, Sendable {
    /// Who is waiting for the answer; nil for a message of a group.
    package let request: RequestID?
    package let payload: [UInt8]
    package let oneWay: Bool

    package init(request: RequestID?, payload: [UInt8], oneWay: Bool) {
        self.request = request
        self.payload = payload
        self.oneWay = oneWay
    }
}
