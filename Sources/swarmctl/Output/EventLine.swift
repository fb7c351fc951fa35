import Swarm

/// One event of a node's life.
enum EventLine {
    /// `node` is the one that tells.
    static func json(_ event: LifecycleEvent, node: String) -> [UInt8] {
        var text = JSONText()
        text.set("event", event.kind.description)
        text.set("name", event.name)
        // What is neither about a name nor about another node is about the one that tells.
        text.set("node", event.node?.name ?? (event.name == nil ? node : nil))
        if let node = event.node { text.set("incarnation", node.incarnation) }
        text.set("previous", event.previous?.name)
        text.set("token", event.token?.description)
        text.set("detail", event.detail)
        if event.missed > 0 { text.set("missed", event.missed) }
        return text.bytes
    }

    static func text(_ event: LifecycleEvent) -> String {
        var text = event.kind.description
        if let name = event.name { text += " \(name)" }
        if let previous = event.previous { text += " from \(previous.name)" }
        if let node = event.node {
            let preposition = event.name == nil ? "" : event.previous == nil ? "on " : "to "
            text += " \(preposition)\(node.name)"
        }
        if let detail = event.detail { text += " (\(detail))" }
        if event.missed > 0 { text += " \(event.missed)" }
        return text.printable
    }
}
