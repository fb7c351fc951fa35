import DequeModule
import Dispatch
import Synchronization

/// Runs the code of workers on the thread of the simulation, one piece after the other, so that nothing depends on
/// which thread is quicker.
///
/// Actors without an executor of their own run on the executor that their caller prefers (SE-0417).
final class SimulationExecutor: TaskExecutor {
    private let jobs = Mutex<Deque<UnownedJob>>([])
    private let arrivals = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        arrivals.signal()
    }

    /// Runs `body` to its end. Nil if it waits for something that does not happen within ten seconds of real time.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value? {
        let result = Outcome<Value>()
        let task = Task(executorPreference: self) { result.set(await body()) }
        let deadline = DispatchTime.now() + .seconds(10)
        while true {
            guard arrivals.wait(timeout: deadline) == .success else {
                task.cancel()
                return nil
            }
            guard let job = jobs.withLock({ $0.popFirst() }) else { continue }
            job.runSynchronously(on: asUnownedTaskExecutor())
            if let value = result.value { return value }
        }
    }

    private final class Outcome<Value: Sendable>: Sendable {
        private let state = Mutex<Value?>(nil)
        var value: Value? { state.withLock { $0 } }
        func set(_ value: Value) { state.withLock { $0 = value } }
    }
}
