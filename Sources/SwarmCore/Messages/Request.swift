/// A question one node asks another; repeated with the same id until it is answered or its lifetime is over.
package struct Request: Equatable, Sendable {
    package let id: RequestID
    /// What is left of the lifetime, in milliseconds; also the expiration of the message.
    package var lifetime: UInt32
    /// The digest of the asker's members and strategy; a node that places differently says so and does not act.
    package var placement: UInt64
    /// How often it has been passed on: two at the most.
    package var hops: UInt8
    /// The registration that a change of an entry means, as the asker saw it: a copy that comes late must not hit the
    /// next one of the name. nil where the name is meant.
    package var birth: LogPosition?
    /// Which try of its asker this is, from 1. Who refused a try for now refuses all copies of it: they may be on their way
    /// while the asker tries another node.
    package let tries: UInt32
    package let body: RequestBody

    package static let hopLimit: UInt8 = 2

    package init(
        id: RequestID, lifetime: UInt32, placement: UInt64, hops: UInt8 = 0, birth: LogPosition? = nil,
        tries: UInt32 = 1, body: RequestBody
    ) {
        self.id = id
        self.lifetime = lifetime
        self.placement = placement
        self.hops = hops
        self.birth = birth
        self.tries = tries
        self.body = body
    }
}

/// What a request asks for.
package enum RequestBody: Equatable, Sendable {
    /// Start a worker of `kind` under this name, at its owner.
    case register(RegistrationOrder)
    case unregister(name: String)
    case join(name: String, group: String)
    case leave(name: String, group: String)
    /// Sets the keys given, removes those given as nil.
    case update(name: String, metadata: [String: String?])
    /// Give the payload to the worker. `oneWay`: answered as soon as its mailbox has it.
    case deliver(name: String, payload: [UInt8], oneWay: Bool)
    /// Start names of a dead host (deputy to owner).
    case restart([OrphanOrder])
    /// The node of this name is to hand everything over and leave.
    case drain(node: String)
    /// A full dump of the tracker of the node of this name, for people.
    case inspect(node: String)

    /// A message must not be given to a worker twice. All else does no harm if it is repeated: an entry keeps the id of
    /// the request that made it, and a change names the birth that it means.
    package var isOnce: Bool {
        if case .deliver = self { true } else { false }
    }
}

/// What `register` needs.
package struct RegistrationOrder: Equatable, Sendable {
    package let name: String
    package let kind: String
    package let arguments: [UInt8]
    package let groups: [String]
    package let metadata: [String: String]
    /// Answer before another node has applied it.
    package let localOnly: Bool

    package init(
        name: String, kind: String, arguments: [UInt8] = [], groups: [String] = [], metadata: [String: String] = [:],
        localOnly: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.arguments = arguments
        self.groups = groups
        self.metadata = metadata
        self.localOnly = localOnly
    }
}

/// A name whose host is dead, as the deputy names it to the owner.
package struct OrphanOrder: Hashable, Sendable {
    package let name: String
    package let birth: LogPosition
    /// The dead host's log position the asker has applied; the owner refuses until it has it too.
    package let seen: LogPosition

    package init(name: String, birth: LogPosition, seen: LogPosition) {
        self.name = name
        self.birth = birth
        self.seen = seen
    }
}

/// An answer to a request.
package struct Reply: Equatable, Sendable {
    package let id: RequestID
    package let result: Result<ReplyBody, Failure>
    /// Which try was refused; 0: whichever it is.
    package let tries: UInt32

    package init(id: RequestID, result: Result<ReplyBody, Failure>, tries: UInt32 = 0) {
        self.id = id
        self.result = result
        self.tries = tries
    }
}

/// What a request got.
package enum ReplyBody: Equatable, Sendable {
    case done
    /// A write: it holds at this position of the answerer's log, and counts as acknowledged when the asker's
    /// replica has reached it.
    case written(RegistrationSummary, at: LogPosition)
    case payload([UInt8])
    case text(String)
}
