/// The limits of the runtime of workers.
package struct WorkerRuntimeConfiguration: Sendable {
    /// Encodes what leaves the process. Default: JSON.
    package var coder: any PayloadCoder = JSONPayloadCoder()
    /// A message, a reply, or the arguments of a worker, in encoded bytes. Default: 16 MiB.
    package var payloadLimit = 16 << 20
    /// A state that is handed over, in encoded bytes. Default: 16 MiB.
    package var stateLimit = 16 << 20
    /// How long a worker that is to move may take for the message in hand, and then for `beginHandoff`. Default: 10 s.
    package var handoffPatience: Duration = .seconds(10)
    /// How long a worker that is to stop may take for the message in hand before it is cancelled, and again until it is
    /// given up; and as long for its `stop`. Default: 5 s.
    package var stopPatience: Duration = .seconds(5)
    /// Timers of one worker. Default: 64.
    package var timerLimit = 64
    /// The first backoff of a worker that failed; doubles with each failure. Default: 100 ms.
    package var firstBackoff: Duration = .milliseconds(100)
    /// The longest. Default: 30 s.
    package var longestBackoff: Duration = .seconds(30)
    /// A worker that worked for so long starts with the first backoff again. Default: 60 s.
    package var backoffReset: Duration = .seconds(60)

    package init() {}
}
