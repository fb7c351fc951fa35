import DequeModule
import SwarmCore

/// What a worker may do next: a pure state machine, driven by `WorkerCell` under its lock.
///
/// Whoever makes the gate busy runs the user's code, one step at a time, and asks for the next step until there is
/// none. So no two steps overlap, and an idle worker costs no task.
struct WorkerGate {
    enum Phase: Equatable {
        /// `init`, and `endHandoff` of a prepared worker, are yet to end.
        case starting
        /// Prepared: messages wait for the activation.
        case held
        case running
        /// Handoff: messages wait for its end.
        case holding
        /// It takes no message any more; its `stop` runs. Those of a mailbox that is collected still come in.
        case stopping
        case stopped
    }

    /// Steps other than messages. They go before messages, in order.
    enum Control: Equatable {
        case start(WorkerOrder, HandedState?)
        case beginHandoff(attempt: UInt64)
        case merge(attempt: UInt64, HandedState)
        case stop
    }

    enum Step {
        case control(Control, (any WorkerBody)?)
        case message(Letter, any WorkerBody)
        case none
    }

    /// What became of a letter at the door.
    enum Admission {
        /// The worker was idle: the caller is to handle it now, as this turn.
        case now(any WorkerBody, turn: UInt64)
        case queued
        case full
        /// Stopped, or about to.
        case gone
    }

    /// Why it stops, and who has to know.
    struct Closing {
        var reason: StopReason
        /// It ended on its own: by a failure, or at its own wish.
        var failure: String?
        /// The tracker wants it; else it ended on its own and the tracker has to be told.
        var isOrdered: Bool
        /// What waits is collected and goes along to the worker's next place.
        var collectsHeld: Bool
        /// Ends its patience.
        var timer: TimerQueue.ID?
    }

    /// What was cut off by a stop: to be answered with failures.
    struct Remains {
        var letters: Deque<Letter> = []
        var controls: [Control] = []
    }

    private(set) var phase: Phase
    private(set) var isBusy = false
    private(set) var body: (any WorkerBody)?
    private(set) var closing: Closing?
    /// The handoff under way.
    private(set) var attempt: UInt64?
    private var isAskingForHandoff = false
    private var isActivated = false
    private var hasAbandoned = false
    private var nextTimer: UInt64 = 0
    private let limit: Int
    private var mailbox: Deque<Letter> = []
    private var controls: [Control] = []
    /// Which holder of the gate it is: one that was given up must not open it for others.
    private var turn: UInt64 = 0
    /// Who holds the gate, to be cancelled if the worker is to stop and does not let go.
    var task: Task<Void, Never>?
    var timers: [UInt64: WorkerTicker] = [:]

    /// A worker that is to be started.
    init(order: WorkerOrder, state: HandedState?, limit: Int) {
        phase = .starting
        isActivated = state == nil
        controls = [.start(order, state)]
        self.limit = limit
    }

    /// A worker that runs already.
    init(running body: any WorkerBody, limit: Int) {
        phase = .running
        self.body = body
        self.limit = limit
    }

    var waiting: Int { mailbox.count }

    // MARK: Turns

    private var hasWork: Bool { !controls.isEmpty || (phase == .running && !mailbox.isEmpty) }

    /// True if there is work and nobody at it: the caller has the gate now and is to start a task.
    mutating func enter() -> UInt64? {
        guard !isBusy, hasWork, phase != .stopped else { return nil }
        isBusy = true
        turn += 1
        return turn
    }

    /// The holder's next step. With `none` the gate is free again.
    mutating func next(turn: UInt64) -> Step {
        guard turn == self.turn, phase != .stopped else { return .none }
        if !controls.isEmpty {
            let control = controls.removeFirst()
            if case .beginHandoff = control { isAskingForHandoff = true }
            return .control(control, body)
        }
        while phase == .running, let body, let letter = mailbox.popFirst() {
            if case .tick(let id, _, let repeats) = letter, !takeTick(of: id, repeats: repeats) { continue }
            return .message(letter, body)
        }
        leave(turn: turn)
        return .none
    }

    /// The holder ends its turn.
    mutating func leave(turn: UInt64) {
        guard turn == self.turn else { return }
        isBusy = false
        task = nil
        // An idle worker keeps no buffer.
        if mailbox.isEmpty { mailbox = [] }
    }

    mutating func keep(_ task: Task<Void, Never>, turn: UInt64) {
        if turn == self.turn, isBusy { self.task = task }
    }

    // MARK: Letters

    /// `letter` is made only if it has to wait.
    mutating func admit(_ letter: @autoclosure () -> Letter, canHandleNow: Bool = false) -> Admission {
        switch phase {
        case .stopped: return .gone
        case .stopping where closing?.collectsHeld != true: return .gone
        case .running where canHandleNow && !isBusy && controls.isEmpty && mailbox.isEmpty:
            guard let body else { return .gone }
            isBusy = true
            turn += 1
            return .now(body, turn: turn)
        default: break
        }
        if mailbox.count >= limit {
            guard hasAbandoned else { return .full }
            hasAbandoned = false
            mailbox.removeAll(where: \.isAbandoned)
            guard mailbox.count < limit else { return .full }
        }
        mailbox.append(letter())
        return .queued
    }

    /// A caller has gone and left a letter behind, which makes room when the mailbox is full.
    mutating func noteAbandoned() { hasAbandoned = true }

    // MARK: Timers

    /// The number of a new timer; nil if the worker is to stop.
    mutating func makeTimer() -> UInt64? {
        guard phase != .stopping, phase != .stopped else { return nil }
        defer { nextTimer += 1 }
        return nextTimer
    }

    /// The worker is about to see the message of a timer. False if that was cancelled meanwhile.
    private mutating func takeTick(of id: UInt64, repeats: Bool) -> Bool {
        guard timers[id] != nil else { return false }
        if repeats { timers[id]?.isWaiting = false } else { timers[id] = nil }
        return true
    }

    // MARK: Start

    /// The worker has started. False if it is to stop already.
    mutating func started(_ body: any WorkerBody) -> Bool {
        self.body = body
        guard phase == .starting else { return false }
        phase = isActivated ? .running : .held
        return true
    }

    /// The prepared worker may work, `held` before all else. False if it did so already, or is to stop.
    mutating func activate(held: [Letter]) -> Bool {
        guard !isActivated, phase == .held || phase == .starting else { return false }
        isActivated = true
        mailbox.prepend(contentsOf: held)
        if phase == .held { phase = .running }
        return true
    }

    // MARK: Handoff

    /// Holds the mailbox and asks the worker. Not nil: the answer is there already.
    mutating func beginHandoff(attempt: UInt64) -> HandoffChoice? {
        switch phase {
        case .running:
            phase = .holding
        case .holding where self.attempt == attempt:
            return nil
        case .holding:
            controls.removeAll(where: \.isBeginHandoff)
        case .starting, .held:
            return .busy
        case .stopping, .stopped:
            return .failed("it has stopped")
        }
        self.attempt = attempt
        controls.append(.beginHandoff(attempt: attempt))
        return nil
    }

    /// The worker has chosen. False if nobody wants to know any more.
    mutating func handoffBegun(attempt: UInt64, _ choice: HandoffChoice) -> Bool {
        isAskingForHandoff = false
        guard phase == .holding, self.attempt == attempt else { return false }
        if !choice.isChosen { goOn() }
        return true
    }

    /// The patience for `attempt` is over. Not nil: the worker goes on, and this is to be told.
    mutating func handoffOverdue(attempt: UInt64) -> HandoffChoice? {
        guard phase == .holding, self.attempt == attempt else { return nil }
        if controls.contains(.beginHandoff(attempt: attempt)) {
            goOn()
            return .busy
        }
        guard isAskingForHandoff else { return nil }
        goOn()
        return .failed("beginHandoff did not return in time")
    }

    /// The handoff is off.
    mutating func resume() {
        if phase == .holding { goOn() }
    }

    private mutating func goOn() {
        phase = .running
        attempt = nil
        controls.removeAll(where: \.isBeginHandoff)
    }

    /// False if it has stopped.
    mutating func merge(attempt: UInt64, state: HandedState) -> Bool {
        guard phase != .stopping, phase != .stopped else { return false }
        controls.append(.merge(attempt: attempt, state))
        return true
    }

    // MARK: Stop

    /// No message any more; `stop` is the last step. What waits is left in place if it is to be collected.
    ///
    /// Gives nil if it is stopping already.
    mutating func close(_ closing: Closing) -> Remains? {
        switch phase {
        case .stopped: return nil
        case .stopping:
            // It ended on its own a moment ago, and now the tracker wants that as well.
            if closing.isOrdered {
                self.closing?.isOrdered = true
                if closing.collectsHeld { self.closing?.collectsHeld = true }
            }
            return nil
        case .starting, .held, .running, .holding: break
        }
        var remains = Remains()
        // A start that has not begun never will.
        remains.controls = controls.filter { if case .start = $0 { false } else { true } }
        controls = [.stop]
        attempt = nil
        phase = .stopping
        self.closing = closing
        if !closing.collectsHeld { swap(&remains.letters, &mailbox) }
        return remains
    }

    /// False if it has stopped.
    mutating func keep(stopTimer: TimerQueue.ID) -> Bool {
        guard phase == .stopping else { return false }
        closing?.timer = stopTimer
        return true
    }

    /// The end. What waited is the caller's to hand on: not what timers have yet to say to this very worker again and
    /// again. Gives nil if it has ended already.
    mutating func finish() -> Remains? {
        guard phase != .stopped else { return nil }
        var remains = Remains()
        swap(&remains.letters, &mailbox)
        remains.letters.removeAll { letter in
            if case .tick(let id, _, let repeats) = letter { repeats || timers[id] == nil } else { false }
        }
        swap(&remains.controls, &controls)
        phase = .stopped
        body = nil
        task = nil
        return remains
    }
}

extension WorkerGate.Control {
    fileprivate var isBeginHandoff: Bool {
        if case .beginHandoff = self { true } else { false }
    }
}

extension HandoffChoice {
    /// The mailbox stays held until the tracker decides. With `ignore` too: a worker that lost a conflict goes all the
    /// same.
    fileprivate var isChosen: Bool {
        switch self {
        case .restart, .resume, .ignore: true
        case .failed, .busy: false
        }
    }
}
