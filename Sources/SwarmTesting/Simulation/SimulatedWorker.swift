import DequeModule
import SwarmCheckers
import SwarmCore

/// What kinds of workers there are, by how they behave when asked to move.
enum SimulatedKind: String, CaseIterable {
    /// Hands its state over.
    case counter
    /// Starts afresh.
    case fresh
    /// Stays where it is.
    case pinned
    /// Does any of it, fails, or does not let go in time.
    case moody

    var isPinned: Bool { self == .pinned }
    /// Whether its state has to arrive, whatever planned move.
    var keepsState: Bool { self == .counter }
    var restartsAfterFailure: Bool { self != .fresh }
}

/// A worker of the simulated runtime.
final class SimulatedWorker {
    struct Mail {
        let message: MessageID
        let request: RequestID?
        let payload: [UInt8]
        let isOneWay: Bool
        let fails: Bool
        let isSlow: Bool
    }

    enum Phase { case starting, prepared, active, held, stopped }

    let id: UInt64
    let order: WorkerOrder
    let handed: HandedState?
    let name: NameID
    let nameText: String
    let birth: BirthID
    let kind: SimulatedKind?
    let serial: WorkerSerial
    var phase = Phase.starting
    var token: Token
    var groups: [String]
    var mailbox: Deque<Mail> = []
    var inHand: Mail?
    var inHandSince: UInt64 = 0
    /// The attempt that waits for the message in hand.
    var wantsHold: UInt64?
    var wantsStop: (cause: StopCause, collects: Bool)?
    var wantsMerge: (attempt: UInt64, state: HandedState)?
    let isPrepared: Bool
    let startFails: Bool

    static let mailboxLimit = 200

    init(
        order: WorkerOrder, handed: HandedState?, name: NameID, birth: BirthID, kind: SimulatedKind?,
        serial: WorkerSerial, startFails: Bool
    ) {
        id = order.workerID
        self.order = order
        self.handed = handed
        self.name = name
        nameText = order.name
        self.birth = birth
        self.kind = kind
        self.serial = serial
        token = order.token
        groups = order.groups
        isPrepared = handed != nil
        self.startFails = startFails
    }
}
