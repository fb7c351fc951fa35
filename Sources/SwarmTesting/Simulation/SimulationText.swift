import SwarmCore

/// Inputs, effects and messages in words, for traces. nil: not worth a line.
enum SimulationText {
    static func describe(_ input: Input) -> String? {
        switch input {
        case .tick: nil
        case .received(.heartbeat, _): nil
        case .received(let message, let sender): "from \(sender.node.name)/\(sender.life): \(describe(message))"
        case .request(let id, let body, let timeout):
            "request \(describe(id)) \(describe(body)) within \(timeout / 1_000) ms"
        default: clean("\(input)")
        }
    }

    static func describe(_ effect: Effect) -> String? {
        switch effect {
        case .broadcast(.heartbeat), .count: nil
        case .broadcast(let message): "to all: \(describe(message))"
        case .send(let message, let node): "to \(node.name): \(describe(message))"
        case .log(let entry):
            "log: \(entry.text) \(entry.metadata.sorted { $0.key < $1.key }.map { "\($0.value)" }.joined(separator: " "))"
        case .complete(let id, let result): "complete \(describe(id)) \(describe(result))"
        case .event(let event): clean("event \(describe(event))")
        case .update(let id, let claim): "update \(id) \(describe(claim))"
        case .prepare(let order, _): "prepare \(order.workerID) \(order.name) \(describe(order.token))"
        case .start(let order): "start \(order.workerID) \(order.name) \(describe(order.token))"
        default: clean("\(effect)")
        }
    }

    static func describe(_ frame: SimulatedFrame) -> String {
        switch frame.content {
        case .message(let message): "from \(frame.sender.node.name): \(describe(message))"
        case .group(let message): "from \(frame.sender.node.name): m\(message) to \(frame.key)"
        }
    }

    static func describe(_ message: Message) -> String {
        switch message {
        case .heartbeat(let heartbeat): "heartbeat \(heartbeat.beat) at \(heartbeat.sequence)"
        case .hello(let hello):
            "hello life \(hello.member.life) ready \(hello.isReady) wantsView \(hello.wantsView)"
        case .view(let view):
            "view ready \(view.isReady) members \(view.members.map { "\($0.member.node.name)/\($0.member.life)" }) "
                + "logs \(view.positions.map(describe)) buried \(view.buried.map { "\($0.node.name)/\($0.life)" })"
        case .delta(let delta):
            "delta \(delta.origin.name) \(delta.first)...: \(delta.operations.map(describe).joined(separator: "; "))"
        case .snapshot(let chunk):
            "snapshot of \(chunk.origin.name) at \(chunk.sequence), \(chunk.index + 1)/\(chunk.count), \(chunk.claims.map(describe))"
        case .vector(let positions): "vector \(positions.map(describe))"
        case .request(let request): "request \(describe(request.id)) \(describe(request.body)) hops \(request.hops)"
        case .reply(let reply): "reply \(describe(reply.id)) \(describe(reply.result))"
        case .offer(let offer): "offer \(offer.attempt) \(offer.purpose) \(describe(offer.claim))"
        case .commit(let commit): "commit \(commit.name) \(commit.attempt) \(commit.purpose), \(commit.held.count) held"
        default: clean("\(message)")
        }
    }

    static func describe(_ operation: Operation) -> String {
        switch operation {
        case .put(let claim, let cites): "put \(describe(claim))\(cites.map { " cites \(describe($0))" } ?? "")"
        case .moving(let name, let move):
            "moving \(name) to \(move.to.name), attempt \(move.attempt), token \(describe(move.token))"
        default: clean("\(operation)")
        }
    }

    static func describe(_ claim: Claim) -> String {
        let move = claim.move.map { " moving to \($0.to.name) by \($0.attempt)" } ?? ""
        return
            "\(claim.name)@\(claim.host.name)[w\(claim.workerID) seq \(claim.sequence) birth \(describe(claim.birth)) "
            + "token \(describe(claim.token)) b\(SimulatedPayload.birth(of: claim.arguments))\(move)]"
    }

    private static func describe(_ token: Token) -> String { "\(token.clock % 1_000_000_000)/\(token.node.name)" }

    private static func describe(_ position: LogPosition) -> String { "\(position.origin.name):\(position.sequence)" }

    private static func describe(_ id: RequestID) -> String {
        id.number < 1 << 63 ? "\(id.node.name).\(id.number)" : "\(id.node.name).internal\(id.number - 1 << 63)"
    }

    private static func describe(_ body: RequestBody) -> String {
        switch body {
        case .register(let order): "register \(order.name) as \(order.kind)"
        case .deliver(let name, let payload, let oneWay):
            "deliver m\(SimulatedPayload.birth(of: payload)) to \(name)\(oneWay ? ", one way" : "")"
        default: clean("\(body)")
        }
    }

    private static func describe(_ result: Result<ReplyBody, Failure>) -> String {
        switch result {
        case .success(.written(let summary, let position)):
            "written at \(describe(position)), \(summary.name) on \(summary.node.name) \(describe(summary.token))"
        case .success(let body): "\(body)"
        case .failure(let failure): "refused, \(failure.code): \(failure.message)"
        }
    }

    private static func describe(_ event: Event) -> String {
        switch event {
        case .registered(let claim): "registered \(describe(claim))"
        default: clean("\(event)")
        }
    }

    /// Module names say nothing.
    private static func clean(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        let prefix = "SwarmCore."
        while let start = rest.firstIndex(of: "S") {
            result += rest[..<start]
            rest = rest[start...]
            if rest.hasPrefix(prefix) {
                rest = rest.dropFirst(prefix.count)
            } else {
                result.append("S")
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}
