import Logging
import Swarm
import SwarmCore

/// The lock that keeps two live nodes from using one name: an exclusive queue, which lives as long as its connection.
struct NameLock {
    private let link: NodeLink
    private let timeout: Duration

    init(_ link: NodeLink, timeout: Duration) {
        self.link = link
        self.timeout = timeout
    }

    /// Waits for the lock. The broker may hold it for a while for a connection that died silently, so a holder counts
    /// as alive only if, after all that time, it still has the lock and somebody takes messages for the name.
    func acquire(_ topology: NodeTopology, _ session: BrokerSession) throws(ConnectionFailure) {
        let deadline = ContinuousClock.now + timeout
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(1))
        link.nameProbe.reset()
        while true {
            do throws(ConnectionFailure) {
                try session.call(.declareQueue(topology.lock), on: TransportLane.setupChannel)
                return
            } catch .channelClosed(_, let refusal) where refusal.code == BrokerRefusal.resourceLocked {
                try session.openChannel(TransportLane.setupChannel)
            }
            let isHolderReached = link.nameProbe.ask()
            link.publisherWake.set()
            if .now >= deadline, isHolderReached == true { throw .nameTaken(topology.node.name) }
            if backoff.failures == 0 {
                link.context.logger.notice(
                    "The name is locked; waiting for its holder to be gone.",
                    metadata: [AMQPLoggingKey.queue: "\(topology.lockQueue)"])
            }
            let resume = ContinuousClock.now + backoff.next(random: .random(in: .min ... .max))
            while .now < resume {
                if link.stop.isSet { throw .stopped }
                try session.run(for: resume - .now)
            }
        }
    }
}
