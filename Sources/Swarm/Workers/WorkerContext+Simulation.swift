package import SwarmCore

extension WorkerContext {
    /// The context of a worker that runs in a simulation, without a node.
    package static func simulated(
        name: String, token: Token, groups: [String], metadata: [String: String]
    ) -> WorkerContext {
        WorkerContext(
            identity: WorkerIdentity(
                name: name, workerID: 0, standing: .init(token: token, groups: groups, metadata: metadata), runtime: nil
            ))
    }

    /// The simulated registry has something else of the worker now.
    package func simulate(token: Token, groups: [String], metadata: [String: String]) {
        identity.standing = .init(token: token, groups: groups, metadata: metadata)
    }
}
