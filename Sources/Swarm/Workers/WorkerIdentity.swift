import SwarmCore
import Synchronization

/// Who a worker is, for its context and its timers. Holds on to neither the worker nor the node.
final class WorkerIdentity: Sendable {
    struct Standing: Sendable {
        var token: Token
        var groups: [String]
        var metadata: [String: String]
    }

    let name: String
    let workerID: UInt64
    private weak let runtime: WorkerRuntime?
    private let state: Mutex<Standing>

    init(name: String, workerID: UInt64, standing: Standing, runtime: WorkerRuntime?) {
        self.name = name
        self.workerID = workerID
        self.runtime = runtime
        state = Mutex(standing)
    }

    /// As the registry has it.
    var standing: Standing {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    /// Tokens only grow: one that comes late changes nothing.
    func raise(_ token: Token) { state.withLock { $0.token = max($0.token, token) } }

    /// The node's part, if it is still there.
    var node: WorkerRuntime? { runtime }

    /// The worker itself, while it works.
    var cell: WorkerCell? { runtime?.cell(workerID) }
}
