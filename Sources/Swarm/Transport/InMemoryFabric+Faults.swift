import SwarmCore

extension InMemoryFabric {
    /// Nodes of this name, by age.
    private func numbers(named name: String) -> [Int] {
        nodes.indices.filter { nodes[$0].name == name && !nodes[$0].isGone }
    }

    mutating func cut(_ name: String) {
        cutNames.insert(name)
        for number in numbers(named: name) {
            if let link = nodes[number].link { disconnect(link.connection, reason: "the connection was cut") }
        }
        settle()
    }

    mutating func heal(_ name: String) {
        cutNames.remove(name)
        setDeaf(name, false)
        for number in numbers(named: name) { wake(number) }
        settle()
    }

    mutating func kill(_ name: String) {
        for number in numbers(named: name) {
            nodes[number].isSilenced = true
            if let link = nodes[number].link { disconnect(link.connection, reason: "killed") }
            nodes[number].forgetNotes()
            nodes[number].backlog.removeAll()
        }
        settle()
    }

    mutating func setDeaf(_ name: String, _ isDeaf: Bool) {
        for number in numbers(named: name) {
            guard let link = nodes[number].link else { continue }
            for queue in [link.heartbeatQueue, link.controlQueue, link.directQueue] {
                model.setDeaf(queue, isDeaf, into: &outputs)
            }
            if let queue = link.groupQueue { model.setDeaf(queue, isDeaf, into: &outputs) }
        }
        settle()
    }

    mutating func split(_ parts: [[String]], returns: Bool) {
        sides = [:]
        for (side, names) in parts.enumerated() {
            for name in names { sides[name] = side }
        }
        model.returnsAcrossSplit = returns
        for number in nodes.indices {
            guard let link = nodes[number].link else { continue }
            model.setSide(sides[nodes[number].name] ?? 0, of: link.connection, into: &outputs)
        }
        settle()
    }

    mutating func stop() {
        model.stop(into: &outputs)
        settle()
    }

    mutating func start() {
        model.start()
        for number in nodes.indices { wake(number) }
    }

    mutating func setAlarm(_ isOn: Bool) {
        model.setAlarm(isOn, now: now, into: &outputs)
        settle()
    }

    mutating func healEverything() {
        start()
        setAlarm(false)
        split([], returns: true)
        for name in Set(nodes.map(\.name)).union(cutNames).sorted() { heal(name) }
    }
}
