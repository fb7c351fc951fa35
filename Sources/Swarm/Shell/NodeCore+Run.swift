import Logging
import ServiceLifecycle
import SwarmCore

/// The life of a node, from `run()` to its end. All its tasks are children of the one that called `run()`.
extension NodeCore {
    /// What ended first.
    private enum Ending: Sendable {
        /// The tracker said halt, or nothing goes in any more.
        case tracker(TrackerLoop.End)
        /// The transport gave up: retrying cannot cure it.
        case transport(any Error)
        /// A graceful shutdown took longer than it may.
        case tooLate
        /// The gateway has answered whom it had to answer.
        case gateway
        /// Another part that only ends when it is told to.
        case part

        /// Whether the node ends with it.
        var isTheEnd: Bool {
            switch self {
            case .tracker, .transport, .tooLate: true
            case .gateway, .part: false
            }
        }

        var isOfGateway: Bool {
            if case .gateway = self { return true }
            return false
        }
    }

    /// How long after its time a drain may still come to an end.
    static let drainSlack: Duration = .seconds(2)

    /// Runs the node. Returns when it has left; throws why, if it had to. Cancelling the task stops it at once, without
    /// handing anything over; a graceful shutdown hands its workers over first.
    func run() async throws {
        try lifecycle.begin()
        logger.info("node starts")
        let ending = await withTaskCancellationHandler {
            await runParts()
        } onCancel: {
            queue.close()
        }
        let failure = Self.failure(of: ending)
        logger.info("node has stopped", metadata: failure.map { [LoggingKeys.reason: "\($0.message)"] })
        if let failure { throw SwarmError(failure) }
        try Task.checkCancellation()
    }

    private func runParts() async -> Ending {
        await withTaskGroup(of: Ending.self) { group in
            group.addTask {
                do {
                    try await self.transport.run { [inbox = self.inbox] in inbox.handle($0) }
                    return .part
                } catch {
                    return error is CancellationError ? .part : .transport(error)
                }
            }
            group.addTask {
                await self.gateway.run(self)
                return .gateway
            }
            group.addTask(executorPreference: LoopExecutor()) {
                var loop = TrackerLoop(self)
                return .tracker(await loop.run())
            }
            group.addTask { await self.drainOnShutdown() }
            var ending = Ending.part
            while !ending.isTheEnd, let next = await group.next() { ending = next }
            end(with: Self.failure(of: ending))
            // Nobody waits for an answer of this node any more, so that the gateway ends at once; its own answers
            // still go out.
            gateway.finish()
            var last = Ending.part
            while !last.isOfGateway, let next = await group.next() { last = next }
            // No worker outlives the node; those still here were not handed over.
            await runtime.shutdown()
            group.cancelAll()
            return ending
        }
    }

    /// Ends as `kill -9` would, as far as one process can: from here on the tracker does nothing and no code of the
    /// workers is called. Cut the transport first. For demonstrations and tests.
    func crash() {
        runtime.crash()
        queue.close()
    }

    /// Nothing goes in any more, and all who wait are told.
    private func end(with failure: Failure?) {
        queue.close()
        lifecycle.end(with: failure)
        pending.end(
            with: failure.map { Failure(.stopped, "The node has stopped: \($0.message)") } ?? NodeLifecycle.stopped)
        events.end()
    }

    /// Waits for a graceful shutdown, and then for the end of the drain.
    private func drainOnShutdown() async -> Ending {
        guard (try? await gracefulShutdown()) != nil, !Task.isCancelled else { return .part }
        let limit = configuration.timeouts.drain
        logger.notice("shutting down: workers are handed over")
        queue.push(.drain(nil, timeout: limit.microseconds))
        guard (try? await Task.sleep(for: limit + Self.drainSlack)) != nil else { return .part }
        logger.warning("the drain has taken too long; the node stops with workers that were not handed over")
        return .tooLate
    }

    private static func failure(of ending: Ending) -> Failure? {
        switch ending {
        case .tracker(.halted(let failure)): failure
        case .tracker(.closed), .tooLate, .gateway, .part: nil
        case .transport(let error as SwarmError): error.failure
        case .transport(let error): Failure(.disconnected, "The transport has given up: \(error)")
        }
    }

    func trackerConfiguration() -> TrackerConfiguration { configuration.tracker(description, rules: rules) }
}
