/// What clients were told of changes to entries (groups and metadata), and so what must show at the end.
package struct AttributeLedger: Sendable {
    /// One thing of an entry that changes on its own: a metadata key, or whether it is in a group.
    package struct Attribute: Hashable, Comparable, Sendable {
        package let name: NameID
        package let key: String

        package init(name: NameID, key: String) {
            self.name = name
            self.key = key
        }

        package static func < (left: Attribute, right: Attribute) -> Bool {
            left.name == right.name ? left.key < right.key : left.name < right.name
        }
    }

    private struct Write: Sendable {
        let value: String?
        let invokedAt: UInt64
        var acknowledgedAt: UInt64?
        var failed = false
        /// Processes that surely have it.
        var witnesses: [ProcessID] = []
    }

    private var writes: [OperationID: Write] = [:]
    private var attributes: [OperationID: Attribute] = [:]
    private var byAttribute: [Attribute: [OperationID]] = [:]

    package init() {}

    package mutating func invoked(
        _ operation: OperationID, _ attribute: Attribute, value: String?, at time: UInt64
    ) {
        writes[operation] = Write(value: value, invokedAt: time)
        attributes[operation] = attribute
        byAttribute[attribute, default: []].append(operation)
    }

    package mutating func acknowledged(_ operation: OperationID, witnesses: [ProcessID], at time: UInt64) {
        writes[operation]?.acknowledgedAt = time
        writes[operation]?.witnesses = witnesses
    }

    /// It is certain that it was not done.
    package mutating func failed(_ operation: OperationID) { writes[operation]?.failed = true }

    /// The attributes of a name that were ever written, sorted.
    package func attributes(of name: NameID) -> [Attribute] {
        byAttribute.keys.filter { $0.name == name }.sorted()
    }

    /// The write that should show and does not, where it surely took effect after all that could explain `value`. Only
    /// writes that were asked for after `start`, when the entry was there, and that a process in `alive` has, count.
    package func lost(
        _ attribute: Attribute, showing value: String?, since start: UInt64, alive: Set<ProcessID>
    ) -> OperationID? {
        let all = (byAttribute[attribute] ?? []).compactMap { id in writes[id].map { (id: id, write: $0) } }
        let sure = all.filter { _, write in
            write.acknowledgedAt != nil && write.invokedAt > start && write.witnesses.contains(where: alive.contains)
        }
        guard let last = sure.max(by: { $0.write.invokedAt < $1.write.invokedAt }) else { return nil }
        let isExplained = all.contains { _, write in
            guard !write.failed, write.value == value else { return false }
            // Without an answer it may have been done at any time.
            guard let acknowledgedAt = write.acknowledgedAt else { return true }
            return acknowledgedAt >= last.write.invokedAt
        }
        return isExplained ? nil : last.id
    }
}
