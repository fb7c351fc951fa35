import Dispatch

/// Runs the tracker's loop on a thread that it shares with nobody.
///
/// Workers are the application's code. Where it blocks the threads of Swift's concurrency, which are as few as there are
/// cores, the node still has to send heartbeats and answer probes: otherwise it would be taken for dead, and its workers
/// started elsewhere.
final class LoopExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "swarm.tracker", qos: .userInitiated)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
