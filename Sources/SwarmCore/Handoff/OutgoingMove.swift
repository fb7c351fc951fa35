/// A handoff at the host: the worker is here, or was until the commit, and its state still is.
struct OutgoingMove: Sendable {
    enum Phase: Sendable {
        /// The worker is asked; its mailbox is held.
        case asking
        /// The state is offered; the owner has not answered.
        case offered
        /// The owner is prepared: the worker is being stopped. From here on there is no way back.
        case stopping
        /// The name is the owner's; told again until its claim is seen.
        case committed
        /// The worker has stopped, and who was to have its state does not: it is offered again at the deadline.
        case kept
        /// There is nobody else to have the state: it is started here.
        case returning
    }

    let name: String
    /// The worker here; after the commit the one that takes the state back, if any.
    var workerID: UInt64
    var attempt: UInt64
    /// A state that was to move is merged instead if another worker of the name has won meanwhile.
    var purpose: OfferPurpose
    var to: NodeID
    var phase = Phase.asking
    var offer: Offer?
    var state = HandedState.none
    var held: [HeldMessage] = []
    /// Requests that arrived while the worker was being stopped; they follow the held messages.
    var late: [Request] = []
    var nextRetry: UInt64
    var wait: UInt64
    var deadline: UInt64
    /// The old worker has stopped: the state offered is all there is.
    var hasStopped = false
    var refusals = 0
    /// Who was offered the state since the worker has stopped, and the token that went with it: a claim with just that one
    /// is of who took it, though this node may have given up waiting for it.
    var offeredTo: [NodeID: Token] = [:]
    /// Who was sent the messages that waited, and has not said that it does not have the name.
    var committedTo: Set<NodeID> = []
    /// How long the state is kept after the next refusal.
    var patience: UInt64 = 0
    /// How often the worker that was to take the kept state failed at it.
    var failures = 0

    var isCommitting: Bool { hasStopped || phase == .stopping }
}
