import Swarm
import SwarmCore

/// The contract of `Transport`, one promise a check, for every transport there is. A check makes its own cluster, throws a
/// ``ConformanceFailure`` if the promise is broken, and needs nothing but a broker.
package enum TransportCheck: String, CaseIterable, Sendable {
    case freshQueues
    case heartbeats
    case heartbeatsOfOne
    case control
    case direct
    case groups
    case groupPatterns
    case orderWithinALane
    case properties
    case largeBodies
    case returns
    case probes
    case clusters
    case nameLock
    case cancellation
    case bindingsBeforeRun
    case requests
    case redelivery
    case unservedRequests
    case clientNodes
    case flowOfAcknowledged
    case reconnect

    /// Whether the environment must be able to cut connections.
    package var needsCut: Bool { self == .reconnect }

    package func run(in environment: TransportEnvironment) async throws {
        let cluster = "check-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let bench = Bench(environment: environment, cluster: cluster)
        do {
            try await bench.check(self)
        } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
    }
}

/// The peers of one check.
final class Bench: Sendable {
    let environment: TransportEnvironment
    let cluster: String
    private let peers = PeerList()

    init(environment: TransportEnvironment, cluster: String) {
        self.environment = environment
        self.cluster = cluster
    }

    /// A node that is not running yet.
    func peer(_ name: String, incarnation: UInt64 = 1, cluster: String? = nil, isClient: Bool = false) -> TransportPeer
    {
        let peer = TransportPeer(
            name, incarnation: incarnation, cluster: cluster ?? self.cluster, isClient: isClient, in: environment)
        peers.add(peer)
        return peer
    }

    /// A node that is connected.
    func connected(_ name: String, incarnation: UInt64 = 1, cluster: String? = nil) async throws -> TransportPeer {
        let peer = peer(name, incarnation: incarnation, cluster: cluster)
        try await peer.connect()
        return peer
    }

    func stop() async {
        for peer in peers.all { await peer.stop() }
    }

    func require(_ condition: Bool, _ text: @autoclosure () -> String) throws {
        if !condition { throw ConformanceFailure(text()) }
    }

    func check(_ check: TransportCheck) async throws {
        switch check {
        case .freshQueues: try await freshQueues()
        case .heartbeats: try await heartbeats()
        case .heartbeatsOfOne: try await heartbeatsOfOne()
        case .control: try await control()
        case .direct: try await direct()
        case .groups: try await groups()
        case .groupPatterns: try await groupPatterns()
        case .orderWithinALane: try await orderWithinALane()
        case .properties: try await properties()
        case .largeBodies: try await largeBodies()
        case .returns: try await returns()
        case .probes: try await probes()
        case .clusters: try await clusters()
        case .nameLock: try await nameLock()
        case .cancellation: try await cancellation()
        case .bindingsBeforeRun: try await bindingsBeforeRun()
        case .requests: try await requests()
        case .redelivery: try await redelivery()
        case .unservedRequests: try await unservedRequests()
        case .clientNodes: try await clientNodes()
        case .flowOfAcknowledged: try await flowOfAcknowledged()
        case .reconnect: try await reconnect()
        }
    }
}
