import Swarm
import SwarmCore

extension AMQPOptions {
    /// Says which option is not usable, before any connection is tried.
    func validate(usesTLS: Bool) throws(SwarmError) {
        let prefetches = [queues.controlPrefetch, queues.groupPrefetch, queues.requestPrefetch]
        let limits = [
            outbound.heartbeatFrames, outbound.laneFrames, outbound.laneBytes, outbound.totalBytes,
            queues.heartbeatMessages, queues.laneMessages, queues.laneBytes, requestQueue.maximumLength,
            maximumMessageSize,
        ]
        let waits = [connectTimeout, replyTimeout, stallLimit, nameLockTimeout ?? .seconds(1)]
        if !(Duration.seconds(1)...Duration.seconds(600)).contains(heartbeat) || heartbeat.components.attoseconds != 0 {
            throw Self.invalid("heartbeat has to be whole seconds from 1 to 600")
        }
        if !prefetches.allSatisfy((1...65_535).contains) { throw Self.invalid("a prefetch has to be from 1 to 65535") }
        if !limits.allSatisfy((1...Int(Int32.max)).contains) {
            throw Self.invalid("limits of queues and messages have to be from 1 to 2147483647")
        }
        if !waits.allSatisfy((Duration.milliseconds(100)...Duration.seconds(600)).contains) {
            throw Self.invalid("timeouts have to be from 0.1 to 600 seconds")
        }
        let lifetimes = [requestQueue.expires, requestQueue.messageLifetime]
        if !lifetimes.allSatisfy((Duration.seconds(1)...Duration.seconds(2_000_000)).contains) {
            throw Self.invalid("lifetimes of the request queue have to be from 1 to 2000000 seconds")
        }
        if (tls.certificateFile == nil) != (tls.keyFile == nil) {
            throw Self.invalid("a client certificate needs its key, and a key its certificate")
        }
        if !usesTLS, tls.authorityFile != nil || tls.certificateFile != nil {
            throw Self.invalid("certificates are given, but the URL begins with amqp://; write amqps://")
        }
    }

    /// How long to wait for the lock of a name.
    var effectiveNameLockTimeout: Duration { nameLockTimeout ?? max(.seconds(15), heartbeat * 4) }

    private static func invalid(_ what: String) -> SwarmError {
        SwarmError(.invalidArgument, "An option of the AMQP transport is not usable: \(what).")
    }
}
