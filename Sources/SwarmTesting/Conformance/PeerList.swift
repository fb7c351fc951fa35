import Synchronization

/// The peers of a check, to be stopped at its end.
final class PeerList: Sendable {
    private let peers = Mutex<[TransportPeer]>([])

    func add(_ peer: TransportPeer) { peers.withLock { $0.append(peer) } }

    var all: [TransportPeer] { peers.withLock { $0 } }
}
