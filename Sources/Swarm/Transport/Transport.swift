package import Logging
package import SwarmCore

/// Carries frames between the nodes of a cluster: `InMemoryBroker` in one process, `AMQPTransport` over RabbitMQ.
///
/// Use the ones that come with the library; the requirements are not public yet.
public protocol Transport: Sendable {
    /// Makes the connection of one node; nothing happens before its `run`. `NodeTransport` is the working part.
    func makeNodeTransport(_ context: TransportContext) -> any NodeTransport
}

/// What a transport is told of the node it works for.
public struct TransportContext: Sendable {
    package let cluster: String
    package let node: NodeID
    /// A node for others' workers only declares no group or request lanes of its own.
    package let isClient: Bool
    package let logger: Logger

    package init(cluster: String, node: NodeID, isClient: Bool, logger: Logger) {
        self.cluster = cluster
        self.node = node
        self.isClient = isClient
        self.logger = logger
    }
}

/// One node's connection to the broker, kept up for ever.
///
/// All methods but `run` return at once, from any thread, and may be called before, during and after `run`.
/// Nothing is promised: the broker is treated as lossy, and what could not be sent is dropped and counted.
public protocol NodeTransport: AnyObject, Sendable {
    /// Connects, reconnects for ever with jitter, and calls `events` (serially, from a thread of the transport's own;
    /// it must not block) until the task is cancelled. Throws only what retrying cannot cure: the name lock is held
    /// by a live node (`nameTaken`), access refused at the very first attempt (`accessRefused`), a bad URL.
    func run(events: @escaping @Sendable (TransportEvent) -> Void) async throws

    /// Queues a frame to be published. False if its lane is full: the frame is dropped.
    @discardableResult
    func publish(_ frame: OutboundFrame) -> Bool

    /// Binds this node's lanes to a key; `.bound` follows, again after each reconnect (bindings are kept).
    func bind(_ binding: TransportBinding)
    func unbind(_ binding: TransportBinding)

    /// Takes part (or not) in the shared queue of requests from outside.
    func serveRequests(_ serves: Bool)

    /// A frame of the group, direct or request lane has been dealt with and may be acknowledged.
    func acknowledge(_ receipt: FrameReceipt)
}

/// The exchanges of a cluster, all topic, durable, not auto-delete: `swarm.<cluster>.<raw value>`.
public enum TransportExchange: String, Sendable, CaseIterable {
    case control, direct, groups, requests

    /// The full name of the exchange in this cluster.
    public func name(in cluster: String) -> String { "swarm.\(cluster).\(rawValue)" }
}

/// Lanes have queues, limits and priorities of their own, in this order.
public enum TransportLane: UInt8, Sendable, CaseIterable, Comparable {
    /// Heartbeats, probes.
    case heartbeat
    /// Deltas, repair, requests between nodes, handoff.
    case control
    /// Messages of groups.
    case group
    /// Requests from outside, and the answers to them.
    case request

    /// By priority, the most urgent first.
    public static func < (left: TransportLane, right: TransportLane) -> Bool { left.rawValue < right.rawValue }
}

/// Where a frame goes.
public enum TransportDestination: Hashable, Sendable {
    case exchange(TransportExchange, key: String)
    /// By the default exchange, straight into a queue: probes, and answers to requests from outside.
    case queue(String)
}

/// A frame to publish.
public struct OutboundFrame: Sendable {
    package var destination: TransportDestination
    package var lane: TransportLane
    package var body: [UInt8]
    /// Set: published as mandatory, and `.returned(id)` follows if no queue took it.
    package var returnID: UInt64?
    /// Milliseconds after which the broker may drop it.
    package var expiration: UInt32?
    package var contentType: String?
    package var correlationID: String?
    package var replyTo: String?
    /// Text headers, few and short (trace context, message id).
    package var headers: [String: String]

    package init(
        to destination: TransportDestination, lane: TransportLane, body: [UInt8], returnID: UInt64? = nil,
        expiration: UInt32? = nil, contentType: String? = nil, correlationID: String? = nil, replyTo: String? = nil,
        headers: [String: String] = [:]
    ) {
        self.destination = destination
        self.lane = lane
        self.body = body
        self.returnID = returnID
        self.expiration = expiration
        self.contentType = contentType
        self.correlationID = correlationID
        self.replyTo = replyTo
        self.headers = headers
    }
}

/// A frame that arrived.
public struct InboundFrame: Sendable {
    package var lane: TransportLane
    /// The exchange it came through; nil for the default one.
    package var exchange: TransportExchange?
    package var key: String
    package var body: [UInt8]
    /// As the broker validated it; nil if the publisher set none.
    package var userID: String?
    package var isRedelivered: Bool
    package var contentType: String?
    package var correlationID: String?
    package var replyTo: String?
    package var headers: [String: String]
    /// To be given back once dealt with; nil where nothing is acknowledged.
    package var receipt: FrameReceipt?

    package init(
        lane: TransportLane, exchange: TransportExchange?, key: String, body: [UInt8], userID: String? = nil,
        isRedelivered: Bool = false, contentType: String? = nil, correlationID: String? = nil, replyTo: String? = nil,
        headers: [String: String] = [:], receipt: FrameReceipt? = nil
    ) {
        self.lane = lane
        self.exchange = exchange
        self.key = key
        self.body = body
        self.userID = userID
        self.isRedelivered = isRedelivered
        self.contentType = contentType
        self.correlationID = correlationID
        self.replyTo = replyTo
        self.headers = headers
        self.receipt = receipt
    }
}

/// Names one delivery of one connection.
public struct FrameReceipt: Hashable, Sendable {
    package let lane: TransportLane
    package let connection: UInt64
    package let tag: UInt64

    package init(lane: TransportLane, connection: UInt64, tag: UInt64) {
        self.lane = lane
        self.connection = connection
        self.tag = tag
    }
}

/// A key one of this node's lanes is bound to.
public enum TransportBinding: Hashable, Sendable {
    /// `heartbeat.*` (nil) or `heartbeat.<node>` on the control exchange, into the heartbeat lane.
    case heartbeats(of: String?)
    /// A group, or a pattern of groups, on the groups exchange, into the group lane.
    case group(String)
}

/// What a transport tells.
public enum TransportEvent: Sendable {
    /// Declared, bound (`delta.*`, `all` on control; `<node>.<incarnation>` on direct; what `bind` asked for) and
    /// consuming, with fresh queues; `queue` takes probes.
    case connected(queue: String)
    case disconnected(reason: String)
    case blocked(String)
    case unblocked
    case received(InboundFrame)
    case returned(id: UInt64)
    case bound(TransportBinding)
    /// Frames were dropped because a lane or a buffer was full.
    case dropped(TransportLane, count: Int)
}
