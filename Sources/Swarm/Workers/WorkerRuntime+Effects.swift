package import SwarmCore

extension WorkerRuntime {
    /// Does what the tracker wants of workers; false if the effect is none of those. Returns at once: the user's code
    /// runs elsewhere, and the answers come through `report`.
    ///
    /// A worker that is not there (any more) is answered for, so that no exchange stays open.
    package func perform(_ effect: Effect) -> Bool {
        switch effect {
        case .start(let order): start(order, state: nil)
        case .prepare(let order, let state): start(order, state: state)
        case .activate(let workerID, let token, let held):
            guard let cell = cell(workerID) else { return refuse(held) }
            cell.activate(token: token, held: held)
        case .beginHandoff(let workerID, let attempt):
            guard let cell = cell(workerID) else {
                report(.handoffBegun(workerID: workerID, attempt: attempt, .failed("there is no such worker")))
                break
            }
            cell.beginHandoff(attempt: attempt)
        case .resume(let workerID): cell(workerID)?.change { $0.resume() }
        case .stop(let workerID, let cause, let collectsHeld):
            guard let cell = cell(workerID) else {
                if collectsHeld { report(.stopped(workerID: workerID, held: [])) }
                break
            }
            cell.stop(cause.reason, collectsHeld: collectsHeld)
        case .merge(let workerID, let attempt, let state):
            guard let cell = cell(workerID) else {
                let failure = SwarmError.workerGone(.requested).failure
                report(.merged(workerID: workerID, attempt: attempt, .failure(failure)))
                break
            }
            cell.merge(attempt: attempt, state: state)
        case .deliver(let workerID, let request, let payload, let oneWay):
            guard let cell = cell(workerID) else {
                refuse(request, SwarmError.workerGone(.requested).failure)
                break
            }
            cell.deliver(payload, request: request, oneWay: oneWay)
        case .update(let workerID, let claim):
            cell(workerID)?.identity.standing = .init(
                token: claim.token, groups: claim.groups, metadata: claim.metadata)
        case .lease(let end): lease(until: end)
        default: return false
        }
        return true
    }

    private func start(_ order: WorkerOrder, state: HandedState?) {
        do {
            try makeCell(order, state: state)?.change { _ in }
        } catch {
            report(.started(workerID: order.workerID, .failure(error)))
        }
    }

    private func refuse(_ held: [HeldMessage]) -> Bool {
        for message in held {
            refuse(message.oneWay ? nil : message.request, SwarmError.workerGone(.requested).failure)
        }
        return true
    }
}

extension StopCause {
    /// In the words of the public API.
    var reason: StopReason {
        switch self {
        case .unregistered: .unregistered
        case .moved, .abandoned: .moved
        case .conflict: .conflict
        case .quorumLost: .quorumLost
        case .shutdown: .shutdown
        }
    }
}
