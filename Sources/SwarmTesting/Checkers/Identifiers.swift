/// One start of a node. A restart is another process. Counted over the whole run.
package struct ProcessID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let index: Int

    package init(_ index: Int) { self.index = index }

    package static func < (left: ProcessID, right: ProcessID) -> Bool { left.index < right.index }

    package var description: String { "p\(index)" }
}

/// A worker's name, counted over the whole run.
package struct NameID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let index: Int

    package init(_ index: Int) { self.index = index }

    package static func < (left: NameID, right: NameID) -> Bool { left.index < right.index }

    package var description: String { "n\(index)" }
}

/// One worker, counted over the whole run: other than the id its node gave it, it is unique in the cluster.
package struct WorkerSerial: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let index: Int

    package init(_ index: Int) { self.index = index }

    package static func < (left: WorkerSerial, right: WorkerSerial) -> Bool { left.index < right.index }

    package var description: String { "w\(index)" }
}

/// The registration that a worker goes back to: the number of the client's request, carried by the worker's arguments
/// through all moves and restarts.
package typealias BirthID = UInt64

/// One message to a worker, unique in the run.
package typealias MessageID = UInt64

/// One request of a client, unique in the run.
package typealias OperationID = UInt64
