package import Swarm

/// An operation and its fields, before it is known how much time is left for it.
package struct ClientRequest: Sendable {
    package let operation: OutsideOperation
    package var fields = JSONText()

    package init(_ operation: OutsideOperation) { self.operation = operation }

    /// With the name of a worker.
    package init(_ operation: OutsideOperation, name: String) {
        self.operation = operation
        fields.set("name", name)
    }

    /// The JSON to send. A node is given a little less time than there is, so that its own answer is not too late.
    func body(timeout: Duration) -> [UInt8] {
        var fields = fields
        let node = timeout - min(timeout / 5, .milliseconds(250))
        fields.set("timeout", raw: Self.seconds(node).utf8)
        return fields.bytes
    }

    /// In seconds, to a millisecond, at least one of them.
    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = max(1, seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        let fraction = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }
}
