public import SwarmCore

/// What every operation of the library throws. Says what happened, whether trying again makes sense, and whether the
/// message may have been executed all the same.
public struct SwarmError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        package let value: FailureCode

        package init(_ value: FailureCode) { self.value = value }

        /// A name, group, size or option is not allowed.
        public static let invalidArgument = Code(.invalidArgument)
        /// The name is in use; ``SwarmError/holder`` says where.
        public static let alreadyRegistered = Code(.alreadyRegistered)
        /// No such name.
        public static let notFound = Code(.notFound)
        /// No live node can start this kind.
        public static let unknownKind = Code(.unknownKind)
        /// The worker's `init` threw.
        public static let startFailed = Code(.startFailed)
        /// The worker's `receive` threw.
        public static let workerFailed = Code(.workerFailed)
        /// The worker's mailbox is full.
        public static let mailboxFull = Code(.mailboxFull)
        /// No answer in time.
        public static let timeout = Code(.timeout)
        /// Too few members are heard (`StaticQuorumRing`).
        public static let noQuorum = Code(.noQuorum)
        /// The node has not caught up with the cluster yet.
        public static let notReady = Code(.notReady)
        /// Nodes do not agree on the owner yet.
        public static let notOwner = Code(.notOwner)
        /// A limit of the node is reached.
        public static let overloaded = Code(.overloaded)
        /// The node, or the worker, has stopped.
        public static let stopped = Code(.stopped)
        /// No connection to the broker.
        public static let disconnected = Code(.disconnected)
        /// The broker's user may not do this.
        public static let unauthorized = Code(.unauthorized)
        /// A payload is not what the worker's types say.
        public static let decodingFailed = Code(.decodingFailed)
        /// The request was taken by a node that then died; it may have been executed.
        public static let uncertain = Code(.uncertain)
        /// A live node of this name exists.
        public static let nameTaken = Code(.nameTaken)
        /// Nothing listens at the broker's address.
        public static let connectionRefused = Code(.connectionRefused)
        /// The broker refuses user, password or virtual host.
        public static let accessRefused = Code(.accessRefused)
        /// A payload or state is larger than the limit.
        public static let tooLarge = Code(.tooLarge)
        /// The node's `run()` has not been called.
        public static let notRunning = Code(.notRunning)
        /// More members than the strategy allows.
        public static let membersLimit = Code(.membersLimit)

        /// The code's name, as in `swarmctl`'s JSON: `already_registered`.
        public var description: String {
            "\(value)".reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
        }
    }

    /// What went wrong.
    public var code: Code
    /// A sentence that ends in what to do next.
    public var message: String
    /// False if it is certain that no worker saw the message.
    public var mayHaveExecuted: Bool
    /// Where the name runs (``Code/alreadyRegistered``), as far as known.
    public var holder: NodeID?
    /// The holder's token, as far as known.
    public var holderToken: Token?

    /// Whether the same call may succeed a moment later.
    public var isRetryable: Bool { code.value.isRetryable }

    /// `code: message`
    public var description: String { "\(code): \(message)" }

    package init(_ code: FailureCode, _ message: String, mayHaveExecuted: Bool = false) {
        self.code = Code(code)
        self.message = message
        self.mayHaveExecuted = mayHaveExecuted
    }

    package init(_ failure: Failure) {
        self.init(failure.code, failure.message, mayHaveExecuted: failure.mayHaveExecuted)
        holder = failure.holder?.node
        holderToken = failure.holder?.token
    }

    package var failure: Failure {
        Failure(code.value, message, mayHaveExecuted: mayHaveExecuted)
    }
}
