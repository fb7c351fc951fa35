/// A broken promise, found in what clients were told and what workers did.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// What was promised.
    package enum Rule: String, CaseIterable, Sendable {
        // While it runs
        /// Two workers of one name may process messages on one node.
        case twoOnOneNode
        /// Two workers of one registration may process messages, and no split or false verdict explains it.
        case twoInCluster
        /// With a quorum strategy a worker processed a message after another node's worker of the name had begun.
        case quorumOverlap
        /// A token is not above the one before it in the causal chain.
        case tokenNotGrown
        /// A worker processed a message before its activation, while held, or after its stop.
        case processedOutOfTurn
        /// The tracker asked the runtime for what makes no sense.
        case orderRefused
        /// A successor was activated while the worker whose state it has was not stopped.
        case sourceNotStopped
        /// A successor's state is not what the worker before it had at its end.
        case stateInexact
        /// One exported state lives on in two workers.
        case stateTwice
        /// A worker that was stopped for a move has no successor with its state.
        case stateLost
        /// One message was worked off twice.
        case processedTwice
        /// A reply belongs to no processing of that message.
        case replyWrong
        /// A message that was accepted was never worked off.
        case acceptedLost
        /// A request was neither answered nor failed in its time.
        case unanswered
        /// A request was answered twice.
        case answeredTwice
        /// A node that was told that its registration is done does not see it.
        case readYourWrites
        /// A change of groups or metadata was acknowledged, and does not show at the end.
        case updateLost
        /// A write was acknowledged that only its host has, though it counts others.
        case notReplicated
        /// A clock id was given to two nodes.
        case idTwice
        /// A draining node gave up a worker while it had time, and somebody to take it.
        case leftBehind
        /// The tracker wants to be woken at once for ever.
        case spinning
        /// More messages than any state of the cluster justifies.
        case storm

        // When all is quiet again
        case viewsDiffer
        case notStable
        /// An acknowledged name does not run.
        case nameLost
        case nameTwice
        case notAtOwner
        /// A name lives although its unregister was acknowledged.
        case unregisteredLives
        /// An entry points to a dead worker or node.
        case deadEntry
        /// A worker runs that no entry knows.
        case orphanWorker
        /// A node is bound to other groups than those of its workers.
        case wrongBindings
        /// Nodes stay in different universes of the clock.
        case universesDiffer
        /// A node does not become ready, healthy or a member again.
        case notRecovered
    }

    package let rule: Rule
    /// Virtual time in microseconds.
    package let time: UInt64
    package let text: String

    package init(_ rule: Rule, at time: UInt64, _ text: String) {
        self.rule = rule
        self.time = time
        self.text = text
    }

    package var description: String {
        let milliseconds = String(time / 1_000 % 1_000)
        let padded = String(repeating: "0", count: 3 - milliseconds.utf8.count) + milliseconds
        return "\(rule.rawValue) at \(time / 1_000_000).\(padded)s: \(text)"
    }
}
