import Logging
import Metrics
import SwarmCore
import SwarmWire

/// Runs the tracker: takes what has arrived in one go, lets the tracker decide, shows the new view, and only then does
/// what is to be done. So whoever gets an answer finds it in the registry too.
struct TrackerLoop {
    let core: NodeCore
    private var tracker: Tracker
    private var outbox: Outbox
    private var fragmenter: Fragmenter
    private var alarm = Alarm()
    private var effects: [Effect] = []
    private var completions: [(RequestID, Result<ReplyBody, Failure>)] = []
    private var events: [LifecycleEvent] = []
    private var watched: Set<TransportBinding> = []
    private var nextMemberView: UInt64 = 0
    private var isConnected = false
    private var isServing = false
    private var sender: Sender
    /// Set when the tracker says that the node is to stop.
    private var end: End?

    /// So many inputs are handled before what they cause goes out: a flood must not delay heartbeats and answers.
    private static let batchLimit = 512
    /// How old the published view of the members may be, in microseconds.
    private static let memberViewAge: UInt64 = 500_000

    /// Why the loop ended.
    enum End: Sendable {
        /// The node has left; `failure` if it had to.
        case halted(Failure?)
        case closed
    }

    init(_ core: NodeCore) {
        self.core = core
        let configuration = core.trackerConfiguration()
        tracker = Tracker(configuration, now: Self.now())
        outbox = Outbox(
            node: core.node, heartbeatInterval: configuration.heartbeatInterval, returnable: core.returnable)
        sender = Sender(node: core.node, life: configuration.member.life)
        fragmenter = Fragmenter(node: core.node)
    }

    private static func now() -> Instant { Instant(uptime: UptimeClock.now(), wall: WallClock.now()) }

    /// Until the tracker says halt, or the queue is closed.
    mutating func run() async -> End {
        await withDiscardingTaskGroup { group in
            var batch: [Input] = []
            advance([], group: &group)
            while end == nil, await core.queue.take(&batch) {
                var rest = batch[...]
                while end == nil, !rest.isEmpty {
                    advance(rest.prefix(Self.batchLimit), group: &group)
                    rest = rest.dropFirst(Self.batchLimit)
                }
                batch.removeAll(keepingCapacity: true)
            }
            group.cancelAll()
            return end ?? .closed
        }
    }

    // MARK: One turn

    private mutating func advance(_ inputs: ArraySlice<Input>, group: inout DiscardingTaskGroup) {
        let now = Self.now()
        for input in inputs {
            note(input)
            tracker.handle(input, now: now, effects: &effects)
        }
        if tracker.nextWake <= now.uptime { tracker.handle(.tick, now: now, effects: &effects) }
        core.published.publish(tracker.view)
        perform()
        showMembers(now.uptime)
        core.metrics.batchInputs.record(inputs.count)
        setAlarm(now.uptime, group: &group)
    }

    private mutating func note(_ input: Input) {
        switch input {
        case .connected: isConnected = true
        case .disconnected: isConnected = false
        default: break
        }
    }

    private mutating func perform() {
        for effect in effects { perform(effect) }
        effects.removeAll(keepingCapacity: true)
        flush()
        core.pending.complete(completions)
        completions.removeAll(keepingCapacity: true)
        core.events.send(events)
        events.removeAll(keepingCapacity: true)
    }

    private mutating func perform(_ effect: Effect) {
        switch effect {
        case .broadcast(let message): outbox.broadcast(message)
        case .send(let message, let node): outbox.send(message, to: node)
        case .probe(let queue, _, let nonce): outbox.probe(queue: queue, nonce: nonce)
        case .watch(let names): watch(names)
        case .bind(let group): core.groups.bind(group)
        case .unbind(let group): core.groups.unbind(group)
        case .start, .prepare, .activate, .beginHandoff, .resume, .stop, .merge, .deliver, .update, .lease:
            _ = core.runtime.perform(effect)
        case .complete(let id, let result): completions.append((id, result))
        case .event(let event): note(event)
        case .life(let life):
            // What was said before was said by the life that has ended.
            flush()
            sender = Sender(node: core.node, life: life)
        case .halt(let failure): end = .halted(failure)
        case .log(let entry): log(entry)
        case .count(let counter, let amount): core.metrics.count(counter, by: amount)
        }
    }

    private mutating func note(_ event: Event) {
        events.append(LifecycleEvent(event))
        nextMemberView = 0
        switch event {
        case .ready: core.lifecycle.becomeReady()
        default: break
        }
    }

    /// A node takes part in answering requests from outside while it is ready and is not about to leave.
    private mutating func serveRequests(_ serves: Bool) {
        guard serves != isServing else { return }
        isServing = serves
        core.transport.serveRequests(serves)
    }

    private func log(_ entry: LogEntry) {
        var metadata: Logger.Metadata = [:]
        for (key, value) in entry.metadata { metadata[LoggingKeys.tracker(key)] = "\(value)" }
        core.logger.log(level: entry.level.level, "\(entry.text)", metadata: metadata)
    }

    /// Binds the heartbeats that are wanted and are not bound, and the other way round.
    private mutating func watch(_ names: [String]?) {
        let wanted = Set(names.map { $0.map { TransportBinding.heartbeats(of: $0) } } ?? [.heartbeats(of: nil)])
        for binding in wanted.subtracting(watched) { core.transport.bind(binding) }
        for binding in watched.subtracting(wanted) { core.transport.unbind(binding) }
        watched = wanted
    }

    // MARK: What goes out

    private mutating func flush() {
        var fragmenter = fragmenter
        defer { self.fragmenter = fragmenter }
        let (frames, ownMessages) = outbox.flush(as: sender) { sender, messages in
            try fragmenter.bodies(of: WireCodec.encode(Frame(sender: sender, messages: messages)))
        } failed: { [core] _, error in
            core.logger.error(
                "a message could not be encoded and is lost", metadata: [LoggingKeys.reason: "\(error)"])
        }
        for frame in frames { core.publish(frame) }
        for message in ownMessages { core.queue.push(.received(message, from: sender)) }
    }

    private mutating func showMembers(_ now: UInt64) {
        guard now >= nextMemberView else { return }
        nextMemberView = now + Self.memberViewAge
        let membership = tracker.membership
        let isDraining = tracker.memberSummaries.first { $0.node == core.node }?.isDraining ?? false
        let configuration = core.configuration
        serveRequests(
            tracker.isReady && !isDraining && configuration.trust.servesOutsideRequests && !configuration.isClient)
        core.published.publish(
            MemberView(
                isReady: tracker.isReady, isConnected: isConnected, isHealthy: membership.health.isHealthy,
                isDraining: isDraining, others: membership.live.compactMap { membership.members[$0] }))
        core.recordGauges()
        core.pending.expire(now: .now)
    }

    // MARK: Time

    private mutating func setAlarm(_ now: UInt64, group: inout DiscardingTaskGroup) {
        let wake = tracker.nextWake
        guard end == nil, wake != .max else { return }
        // Never without a pause: a tracker that has not got on by a tick gets on no faster by a thousand.
        let deadline = max(wake, now + 1_000)
        guard alarm.arm(deadline, now: now) else { return }
        let queue = core.queue
        group.addTask {
            // The sleep is on another clock of the same kind: it may end a little early.
            while !Task.isCancelled {
                let now = UptimeClock.now()
                guard now < deadline else { break }
                try? await Task.sleep(for: .microseconds(deadline - now), tolerance: .zero)
            }
            if !Task.isCancelled { queue.push(.tick) }
        }
    }
}
