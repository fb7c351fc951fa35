import DequeModule

extension BrokerEngine {
    /// A deaf queue takes messages and delivers none, while its consumer believes that all is well.
    mutating func setDeaf(_ queue: BrokerQueueID, _ isDeaf: Bool, into outputs: inout [BrokerOutput]) {
        guard let slot = queueSlot(queue) else { return }
        queues[slot].isDeaf = isDeaf
        settle(slot, &outputs)
    }

    /// All connections are closed; durable queues keep what they hold.
    mutating func stop(into outputs: inout [BrokerOutput]) {
        guard isRunning else { return }
        isRunning = false
        counters.lost += waiting.count
        waiting = []
        hasAlarm = false
        // What closing the others makes ready is of no interest: nobody is left to take it.
        var ignored: [BrokerOutput] = []
        for id in liveConnections {
            disconnect(id, into: &ignored)
            outputs.append(.closed(id))
        }
        for slot in queues.indices { queues[slot].unannounce() }
    }

    mutating func close(_ id: BrokerConnectionID, into outputs: inout [BrokerOutput]) {
        guard connectionSlot(id) != nil else { return }
        disconnect(id, into: &outputs)
        outputs.append(.closed(id))
    }

    /// Puts a connection and its exclusive queues on a side; shared queues stay on side 0. Nothing passes between sides.
    mutating func setSide(_ side: Int, of id: BrokerConnectionID, into outputs: inout [BrokerOutput]) {
        guard let slot = connectionSlot(id) else { return }
        connections[slot].side = side
        for queue in connections[slot].exclusiveQueues {
            if let index = queueSlot(queue) { queues[index].side = side }
        }
        isSplit = connections.contains { $0.side != 0 }
        for index in queues.indices where queueIDs[index] != nil && !queues[index].consumers.isEmpty {
            for place in queues[index].consumers.indices {
                let owner = connectionSlot(queues[index].consumers[place].connection)
                let side = owner.map { connections[$0].side } ?? 0
                queues[index].consumers[place].isReached = !isSplit || side == queues[index].side
            }
            settle(index, &outputs)
        }
    }
}
