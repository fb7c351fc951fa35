/// What all live nodes show at one moment, and what runs on them.
package struct ClusterSnapshot: Equatable, Sendable {
    /// A line of a node's view.
    package struct Entry: Hashable, Sendable {
        package let name: NameID
        /// nil: a node that does not live.
        package let host: ProcessID?
        package let workerID: UInt64
        package let birth: BirthID
        package let token: FencingToken
        package let groups: [String]
        package let metadata: [String: String]
        package let isMoving: Bool

        package init(
            name: NameID, host: ProcessID?, workerID: UInt64, birth: BirthID, token: FencingToken, groups: [String],
            metadata: [String: String], isMoving: Bool
        ) {
            self.name = name
            self.host = host
            self.workerID = workerID
            self.birth = birth
            self.token = token
            self.groups = groups
            self.metadata = metadata
            self.isMoving = isMoving
        }
    }

    package struct Node: Equatable, Sendable {
        package let process: ProcessID
        package let isReady: Bool
        package let members: [ProcessID]
        /// Sorted by name.
        package let entries: [Entry]
        /// The workers of its runtime that live.
        package let workers: [WorkerSerial]

        package init(process: ProcessID, isReady: Bool, members: [ProcessID], entries: [Entry], workers: [WorkerSerial])
        {
            self.process = process
            self.isReady = isReady
            self.members = members
            self.entries = entries
            self.workers = workers
        }
    }

    package let nodes: [Node]
    /// Where each name should run, by the strategy and the live nodes; nil: anywhere.
    package let owners: [NameID: ProcessID]

    package init(nodes: [Node], owners: [NameID: ProcessID]) {
        self.nodes = nodes
        self.owners = owners
    }
}
